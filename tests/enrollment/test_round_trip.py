"""What the API exports is read back as it was: no value changes its meaning."""

from datetime import date
from unicodedata import normalize

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from api.export import lines
from enrollment.models import Student
from enrollment.services.imports import IMPORTERS, bring
from tests.factories import UserFactory

COLUMNS = ["lasid", "sasid", "first_name", "last_name", "birth_date"]
SHOWN = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])
NAMES = st.one_of(
    st.text(SHOWN, max_size=20),
    st.sampled_from(["=1+1", "'=1", "@SUM(A1)", "-", "+1-617", "NA", '"', "a,b", "|x"]),
).map(lambda name: normalize("NFC", name).strip())  # as all that enters is kept
DIGITS = st.text("0123456789", min_size=1, max_size=10)
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
STUDENT = st.tuples(DIGITS, st.none() | DIGITS, NAMES, NAMES, st.none() | DAYS)


class AnExportIsReadBackAsItWas(TestCase):
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(
        rows=st.lists(
            STUDENT,
            min_size=1,
            unique_by=(lambda row: row[0], lambda row: row[1] or row),
        )
    )
    def test_students_with_any_name_and_number(self, rows):
        data = "".join(lines(COLUMNS, rows)).encode()
        before = transaction.savepoint()
        report = bring(IMPORTERS["students"], data, by=UserFactory())
        stored = list(Student.objects.order_by("pk").values_list(*COLUMNS))
        transaction.savepoint_rollback(before)
        assert not report.problems
        assert stored == rows

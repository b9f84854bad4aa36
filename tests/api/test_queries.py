"""A list of many rows asks the database as often as a list of few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.world import records_of
from tests.factories import ProgramFactory, SchoolFactory, StudentFactory

pytestmark = pytest.mark.django_db
LISTS = {
    "schools": "",
    "school-years": "",
    "students": "search=a",
    "student-years": "expand=student,school_year,school",
    "memberships": "expand=student,school",
    "programs": "",
    "offerings": "expand=program,school,school_year",
    "enrollments": "expand=student,program,baseline.student,offering.school",
    "measures": "",
    "scores": "expand=student,measure",
    "evaluations": "",
    "runs": "",
}


def questions(client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def grow(times: range) -> None:
    program = ProgramFactory()
    for n in times:
        records_of(StudentFactory(), SchoolFactory(), program, n)


@pytest.mark.parametrize("kind", LISTS)
def test_more_rows_take_no_more_queries(kind, office, world):
    address = f"/api/v1/{kind}/?{LISTS[kind]}"
    few = questions(office, address)
    grow(range(10, 18))
    assert questions(office, address) == few
    assert few <= 12


@pytest.mark.parametrize("kind", LISTS)
def test_a_csv_of_any_length_is_one_question_more_than_who_asks(kind, office, world):
    asked = f"/api/v1/{kind}/?format=csv"
    with CaptureQueriesContext(connection) as queries:
        office.get(asked).getvalue()
    assert len(queries) <= 3

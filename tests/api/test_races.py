"""Many at once over HTTP: each request has its own connection to the database."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from rest_framework.test import APIClient

from tests.factories import OfferingFactory, SchoolFactory, StudentFactory

pytestmark = pytest.mark.django_db(transaction=True)
SEATS, ASKING, PAIRS = 10, 40, 10


def at_once(call, asked, *, threads: int) -> list:
    def one(each):
        try:
            return call(each)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, asked))


def copy_of(client) -> APIClient:
    copied = APIClient()
    copied.credentials(**client._credentials)
    return copied


def test_forty_ask_for_ten_seats_and_ten_get_one(office):
    offering = OfferingFactory(capacity=SEATS)
    students = [StudentFactory().pk for _ in range(ASKING)]

    def ask(student):
        body = {"student": student, "offering": offering.pk, "first_day": "2026-01-20"}
        return copy_of(office).post("/api/v1/enrollments/", body)

    answers = at_once(ask, students, threads=16)
    told = Counter((a.status_code, a.data.get("code")) for a in answers)
    assert told == {(201, None): SEATS, (409, "offering_full"): ASKING - SEATS}
    assert {a.data["seat"] for a in answers if a.status_code == 201} == {
        *range(1, SEATS + 1)
    }


def test_of_two_changes_from_one_version_one_is_kept(office):
    school = SchoolFactory()
    for version in range(1, PAIRS + 1):

        def change(name, version=version):
            return copy_of(office).patch(
                f"/api/v1/schools/{school.pk}/",
                {"name": name},
                headers={"If-Match": f'"v{version}"'},
            )

        answers = at_once(change, ["A", "B"], threads=2)
        assert sorted(a.status_code for a in answers) == [200, 412]

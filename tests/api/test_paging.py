import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.paging import Cursor
from api.resources.schools import SchoolViewSet
from tests.factories import SchoolFactory

pytestmark = pytest.mark.django_db
SCHOOLS = "/api/v1/schools/"


def pages_of(client, address: str) -> list[dict]:
    pages = []
    while address:
        pages.append(client.get(address).data)
        address = pages[-1]["next"]
    return pages


@pytest.fixture
def seven_schools(db):
    return [SchoolFactory(code=f"0035000{n}", name="Same name") for n in range(7)]


@pytest.fixture
def by_cursor(monkeypatch):
    monkeypatch.setattr(SchoolViewSet, "pagination_class", Cursor)


def test_pages_hold_every_row_once_whatever_the_order_leaves_open(
    office, seven_schools
):
    pages = pages_of(office, f"{SCHOOLS}?page_size=3&ordering=name")
    assert [len(page["results"]) for page in pages] == [3, 3, 1]
    assert [page["count"] for page in pages] == [7, 7, 7]
    codes = [row["code"] for page in pages for row in page["results"]]
    assert sorted(codes) == [school.code for school in seven_schools]
    assert pages[0]["previous"] is None
    assert pages[1]["previous"]


def test_links_keep_what_was_asked(office, seven_schools):
    page = office.get(f"{SCHOOLS}?page_size=3&fields=code&search=Same").data
    assert "fields=code" in page["next"]
    assert "search=Same" in page["next"]


def test_five_hundred_rows_come_at_once(office, seven_schools):
    assert len(office.get(f"{SCHOOLS}?page_size=500").data["results"]) == 7


def test_a_page_past_the_last_counts_the_rows_once(office, seven_schools):
    with CaptureQueriesContext(connection) as asked:
        beyond = office.get(f"{SCHOOLS}?page_size=3&page=4")
    assert beyond.data["detail"] == "The last page is 3: ask from 1 to it."
    assert sum("COUNT(" in query["sql"] for query in asked) == 1


def test_a_cursor_neither_skips_nor_repeats_while_rows_are_written(
    office, seven_schools, by_cursor
):
    first = office.get(f"{SCHOOLS}?page_size=3&ordering=-code").data
    SchoolFactory(code="00359999")  # comes before all that was read
    rest = pages_of(office, first["next"])
    codes = [row["code"] for page in [first, *rest] for row in page["results"]]
    assert codes == sorted((s.code for s in seven_schools), reverse=True)
    assert office.get(rest[-1]["previous"]).status_code == 200


@pytest.mark.parametrize("cursor", ["x", "cD0lMDA", "%F0%9F%98%80"])
def test_a_cursor_that_was_not_made_here_is_refused(office, by_cursor, cursor):
    response = office.get(f"{SCHOOLS}?cursor={cursor}")
    assert response.status_code == 400
    assert response.data["errors"][0]["pointer"] == "?cursor"


def test_a_cursor_list_knows_no_page_numbers(office, by_cursor):
    assert office.get(f"{SCHOOLS}?page=2").data["code"] == "unknown_parameter"

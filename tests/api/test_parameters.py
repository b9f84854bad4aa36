import pytest

from tests.factories import SchoolFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("schools/?cod=1", "?cod", "unknown_parameter"),
        ("students/?shcool=2", "?shcool", "unknown_parameter"),
        ("students/?lasid=001", "?lasid", "unknown_parameter"),
        ("students/?school=1&school=2", "?school", "repeated_parameter"),
        ("students/?school=", "?school", "empty_parameter"),
        ("students/?school=A", "?school", "not_an_id"),
        ("students/?school=1_0", "?school", "not_an_id"),
        ("students/?school=%D9%A1", "?school", "not_an_id"),
        ("students/?school=99999999999999999999", "?school", "not_an_id"),
        ("students/?grade=99", "?grade", "unknown_value"),
        ("students/?as_of=2026-2-30", "?as_of", "not_a_day"),
        ("students/?search=a%00b", "?search", "deceiving_character"),
        ("students/?ordering=student__last_name", "?ordering", "unknown_ordering"),
        ("students/?ordering=-password", "?ordering", "unknown_ordering"),
        ("students/?fields=nam", "?fields", "unknown_fields"),
        ("students/?expand=years", "?expand", "unknown_parameter"),
        ("enrollments/?expand=studnet", "?expand", "unknown_expand"),
        ("enrollments/?expand=offering.student", "?expand", "unknown_expand"),
        ("enrollments/?status=enroled", "?status", "unknown_value"),
        ("enrollments/?status__in=enrolled,x", "?status__in", "unknown_value"),
        ("enrollments/?first_day__isnull=maybe", "?first_day__isnull", "not_a_switch"),
        ("enrollments/?first_day__gte=01/02/2026", "?first_day__gte", "not_a_day"),
        ("offerings/?has_seats=1", "?has_seats", "not_a_switch"),
        ("student-years/?school=0042", "?school", "not_an_id"),
        ("schools/?page=0", "?page", "out_of_range"),
        ("schools/?page=-1", "?page", "out_of_range"),
        ("schools/?page=last", "?page", "out_of_range"),
        ("schools/?page_size=501", "?page_size", "out_of_range"),
        ("schools/?page_size=0", "?page_size", "out_of_range"),
        ("schools/?format=xml", "?format", "unknown_format"),
        ("me/?verbose=1", "?verbose", "unknown_parameter"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_refused_by_name(
    office, query, pointer, code
):
    response = office.get(f"/api/v1/{query}")
    assert response.status_code == 400
    assert response.data["errors"][0]["pointer"] == pointer
    assert response.data["code"] == code


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("students/?shcool=2", "school"),
        ("schools/?ordering=nme", "name"),
        ("schools/?fields=levle", "level"),
        ("enrollments/?expand=ofering", "offering"),
        ("enrollments/?status=enroled", "enrolled"),
    ],
)
def test_the_nearest_known_word_is_named(office, query, meant):
    detail = office.get(f"/api/v1/{query}").data["errors"][0]["detail"]
    assert f"The nearest is {meant}" in detail


def test_all_that_is_wrong_is_told_at_once(office):
    response = office.get("/api/v1/schools/?cod=1&code=")
    pointers = {error["pointer"] for error in response.data["errors"]}
    assert pointers == {"?cod", "?code"}


def test_a_page_beyond_the_last_is_not_found(office):
    beyond = office.get("/api/v1/schools/?page=7")
    assert (beyond.status_code, beyond.data["code"]) == (404, "past_the_end")
    assert beyond.data["detail"].startswith("The last page is 1")


def test_fields_picks_and_orders_what_is_shown(office):
    SchoolFactory(code="00350001", name="First")
    shown = office.get("/api/v1/schools/?fields=name,code").data["results"]
    assert shown == [{"name": "First", "code": "00350001"}]


def test_expand_unfolds_records_two_deep(office, world):
    address = f"/api/v1/enrollments/{world.own['enrollments'].pk}/"
    query = "?expand=student,offering.school&fields=student,offering,program"
    shown = office.get(address + query).data
    assert shown["student"]["first_name"] == "Ada"
    assert shown["offering"]["school"]["code"] == world.own["schools"].code
    assert shown["program"] == world.own["programs"].pk


def test_rows_come_as_ordered_and_unknown_days_last(office, world):
    for query, pks in (
        ("ordering=first_name", [1_000_000, 1_000_001]),
        ("ordering=-first_name", [1_000_001, 1_000_000]),
    ):
        rows = office.get(f"/api/v1/students/?{query}").data["results"]
        assert [row["id"] for row in rows] == pks


def test_an_answer_says_that_it_must_not_be_kept(office, world):
    for path in ("students/", "students/1000000/", "students/5/", "me/"):
        assert office.get(f"/api/v1/{path}")["Cache-Control"] == "no-store"

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from api.export import cell
from tests.factories import SchoolFactory, StudentFactory

pytestmark = pytest.mark.django_db
COLUMNS = {
    "schools": "code name level",
    "school-years": "year first_day last_day",
    "students": "lasid sasid first_name last_name birth_date",
    "student-years": "lasid school_year collection as_of school grade race_ethnicity "
    "gender el_status swd low_income days_member days_attended",
    "memberships": "lasid school grade first_day last_day",
    "enrollments": "lasid program school school_year label first_day last_day "
    "exit_reason source",
    "programs": "code name delivery assignment_level grades",
    "offerings": "program school school_year label grades first_day last_day capacity",
    "measures": "code name domain kind direction scale minimum maximum meets "
    "first_year last_year",
    "scores": "lasid measure school_year period observed_on value status",
}


def read(response) -> list[dict]:
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.getvalue().decode())))


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_list_comes_as_csv_in_the_columns_that_the_importers_read(
    kind, office, world
):
    rows = read(office.get(f"/api/v1/{kind}/?format=csv"))
    assert list(rows[0]) == COLUMNS[kind].split()


def test_codes_keep_their_zeros_and_unknown_is_empty(office, world):
    (first, _) = read(office.get("/api/v1/student-years/?format=csv"))
    assert first["lasid"] == "001"
    assert first["grade"] == "05"
    assert (first["swd"], first["low_income"]) == ("no", "yes")


def test_the_whole_filtered_list_comes_and_not_a_page(office):
    for n in range(60):
        SchoolFactory(code=f"00351{n:03}", level="high" if n < 55 else "k8")
    assert len(read(office.get("/api/v1/schools/?format=csv&level=high"))) == 55


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+1",
        "-1+2",
        "@SUM(A1)",
        "  =1+1",
        "\t=1",
        "＝1",  # noqa: RUF001 - a full-width sign is what is tried
        "＋1",  # noqa: RUF001
        "|calc",
        "%0A=1",
        "'=1",
    ],
)
def test_no_cell_can_be_taken_for_a_formula(office, name):
    StudentFactory(last_name=name)
    (row,) = read(office.get("/api/v1/students/?format=csv"))
    assert row["last_name"] == f"'{name}"


@pytest.mark.parametrize("value", ["O'Brien", "'t Hooft", "a=b", "x-y", "", "李"])
def test_other_text_is_left_alone(value):
    assert cell(value) == value


@pytest.mark.parametrize("value", [-1.5, 0, 12])
def test_a_number_stays_a_number(value):
    assert cell(value) == value


def test_an_instant_is_as_in_json():
    at = datetime(2026, 3, 3, 9, 30, tzinfo=ZoneInfo("America/New_York"))
    assert cell(at) == "2026-03-03T14:30:00Z"
    assert cell(at.date()) == at.date()


@pytest.mark.parametrize("asked", ["fields=code", "page=2", "page_size=5"])
def test_what_shapes_a_page_of_json_does_not_go_with_a_csv(asked, office):
    response = office.get(f"/api/v1/schools/?format=csv&{asked}")
    assert (response.status_code, response.data["code"]) == (400, "not_with_csv")


@pytest.mark.parametrize(
    "part", ["offerings/{offerings}/roster/", "enrollments/{enrollments}/transitions/"]
)
def test_a_list_within_a_record_comes_as_csv_too(part, office, world):
    address = part.format(**{kind: row.pk for kind, row in world.own.items()})
    response = office.get(f"/api/v1/{address}?format=csv")
    assert response.getvalue().startswith((b"lasid,", b"sequence,"))


def test_what_accept_says_does_not_stand_in_the_way(office, world):
    response = office.get("/api/v1/schools/?format=csv", headers={"Accept": "text/csv"})
    assert len(read(response)) == 2


def test_a_list_of_numbers_is_one_cell():
    assert cell([0.0, 0.25]) == "0.0 0.25"

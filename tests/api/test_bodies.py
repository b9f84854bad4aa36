"""What a body may hold, and what is refused with the place and the reason."""

import json

import pytest

from enrollment.models import School, Student

pytestmark = pytest.mark.django_db
SCHOOLS = "/api/v1/schools/"
STUDENTS = "/api/v1/students/"
OK = {"code": "00350100", "name": "A school"}


def post(client, body: bytes | str, address=SCHOOLS, **headers):
    kind = headers.pop("content_type", "application/json")
    return client.generic(
        "POST", address, data=body, content_type=kind, headers=headers
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[" * 100_000, "json_too_deep"),
        ("[" * 33 + "]" * 33, "json_too_deep"),
        ('{"a":' * 40 + "1" + "}" * 40, "json_too_deep"),
        ('{"code": 1, "code": 2}', "duplicate_key"),
        ('{"code": NaN}', "not_a_number"),
        ('{"code": Infinity}', "not_a_number"),
        ('{"code": -Infinity}', "not_a_number"),
        ('{"code": 1e400}', "not_a_number"),
        ('{"code": ' + "9" * 5000 + "}", "number_too_large"),
        ('{"code": 9223372036854775808}', "number_too_large"),
        ('{"code": "a\\u0000b"}', "deceiving_character"),
        ('{"code": "a\\u202eb"}', "deceiving_character"),
        ('{"code": "a\\u200bb"}', "deceiving_character"),
        ('{"code": "a\\ud800b"}', "deceiving_character"),
        ('{"code\\u200b": "b"}', "deceiving_character"),
        ('{"code": "a' + "\\u0301" * 9 + '"}', "deceiving_character"),
        ("{", "invalid_json"),
        ("[1, 2]", "invalid"),
        ("null", "null"),
        (b'{"code": "\xe9"}', "not_utf8"),
        ('{"code": "x", "name": "A"}'.encode("utf-16"), "not_utf8"),
    ],
)
def test_a_body_that_could_be_read_two_ways_is_refused(office, body, code):
    response = post(office, body)
    assert response.status_code == 400
    assert response.data["code"] == code
    assert not School.objects.exists()


def test_a_deceiving_character_is_named_with_its_place(office):
    response = post(office, '{"code": "1", "name": "a\\u202eb"}')
    (error,) = response.data["errors"]
    assert error["pointer"] == "/name"
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in error["detail"]


@pytest.mark.parametrize(
    ("address", "body", "pointer", "code"),
    [
        (SCHOOLS, {**OK, "level": "elementry"}, "/level", "invalid_choice"),
        (SCHOOLS, {**OK, "level": ["k8"]}, "/level", "invalid_choice"),
        (SCHOOLS, {**OK, "name": 12}, "/name", "incorrect_type"),
        (SCHOOLS, {**OK, "name": True}, "/name", "incorrect_type"),
        (SCHOOLS, {**OK, "name": None}, "/name", "null"),
        (SCHOOLS, {**OK, "name": "   "}, "/name", "blank"),
        (SCHOOLS, {**OK, "name": "x" * 121}, "/name", "max_length"),
        (SCHOOLS, {"code": "1"}, "/name", "required"),
        (SCHOOLS, {**OK, "nmae": "B"}, "/nmae", "unknown_key"),
        (SCHOOLS, {**OK, "id": 5}, "/id", "server_owned"),
        (SCHOOLS, {**OK, "version": 5}, "/version", "server_owned"),
        (
            STUDENTS,
            {"lasid": "1", "birth_date": "2010-02-30"},
            "/birth_date",
            "not_a_day",
        ),
        (
            STUDENTS,
            {"lasid": "1", "birth_date": "2010-1-2"},
            "/birth_date",
            "not_a_day",
        ),
        (
            STUDENTS,
            {"lasid": "1", "birth_date": "0000-00-00"},
            "/birth_date",
            "not_a_day",
        ),
        (
            STUDENTS,
            {"lasid": "1", "birth_date": "1800-01-01"},  # no file would take it back
            "/birth_date",
            "not_a_day",
        ),
        (
            STUDENTS,
            {"lasid": "1", "birth_date": "20100102"},
            "/birth_date",
            "not_a_day",
        ),
        (STUDENTS, {"lasid": "1", "birth_date": 5}, "/birth_date", "not_a_day"),
        (
            STUDENTS,
            {"lasid": "1", "birth_date": "2026-01-16"},
            "/birth_date",
            "in_future",
        ),
        (STUDENTS, {"lasid": 123}, "/lasid", "incorrect_type"),
        (STUDENTS, {"lasid": "1", "sasid": ""}, "/sasid", "blank"),
    ],
)
def test_a_wrong_value_is_refused_at_its_place(office, address, body, pointer, code):
    response = office.post(address, body)
    assert response.status_code == 400
    (error,) = response.data["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert response.data["code"] == code
    assert not School.objects.exists()
    assert not Student.objects.exists()


@pytest.mark.parametrize(
    "year", ["2027", 2027.0, True, "1_0", "١٢", None, 0, -1, 10**9]
)
def test_a_number_is_a_number_and_nothing_that_looks_like_one(office, year):
    body = {"year": year, "first_day": "2026-09-08", "last_day": "2027-06-18"}
    response = office.post("/api/v1/school-years/", body)
    assert response.status_code == 400
    assert response.data["errors"][0]["pointer"] == "/year"


def test_every_wrong_key_is_told_at_once(office):
    response = office.post(SCHOOLS, {"cod": "1", "nmae": "A", "level": "x"})
    told = {error["pointer"]: error["code"] for error in response.data["errors"]}
    assert told == {
        "/cod": "unknown_key",
        "/nmae": "unknown_key",
        "/code": "required",
        "/name": "required",
        "/level": "invalid_choice",
    }
    assert response.data["code"] == "invalid"


@pytest.mark.parametrize(
    "name",
    [
        "O'Brien-Ñúñez",
        "Nguyễn",
        "李",
        "Null",
        "None",
        "NA",
        "x",
        "x" * 100,
        "'; DROP TABLE enrollment_student; --",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}",
        "$(reboot)",
        "*)(uid=*",
        "=1+1",
    ],
)
def test_a_name_is_kept_to_the_letter(office, name):
    made = office.post(STUDENTS, {"lasid": "007", "last_name": name})
    assert made.status_code == 201
    kept = office.get(f"{STUDENTS}{made.data['id']}/").data
    assert (kept["last_name"], kept["lasid"]) == (name, "007")


def test_letters_written_in_two_ways_are_kept_in_one(office):
    made = office.post(STUDENTS, {"lasid": "1", "last_name": "Nu\u0301n\u0303ez"})
    assert made.data["last_name"] == "N\u00fa\u00f1ez"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"content_type": "text/plain"}, 415, "unsupported_media_type"),
        ({"content_type": "multipart/form-data; boundary=x"}, 415, None),
        ({"content_type": "application/json; charset=utf-99"}, 415, None),
        ({"content_type": "application/json; charset=latin-1"}, 415, None),
        ({"Content-Encoding": "gzip"}, 415, "unsupported_encoding"),
        ({"Accept": "application/xml"}, 406, "not_acceptable"),
    ],
)
def test_other_forms_are_refused(office, headers, status, code):
    response = post(office, json.dumps(OK), **headers)
    assert response.status_code == status
    assert code in {None, response.data["code"]}
    assert not School.objects.exists()


def test_ten_megabytes_are_the_most(office):
    response = post(office, b'{"name": "' + b"x" * 10 * 1024**2 + b'"}')
    assert response.status_code == 413
    assert response.data["code"] == "body_too_large"
    # Spaces that JSON does not mind: what is large and right is taken.
    response = post(office, json.dumps(OK).encode() + b" " * 9 * 1024**2)
    assert response.status_code == 201


def test_a_body_of_a_thousand_values_that_do_not_belong_makes_no_server_fail(office):
    odd = [None, True, 0, -1, 1.5, "", " ", "x", [], {}, [[]], {"a": {}}, "2026-01-01"]
    for address in ("schools", "students", "offerings", "enrollments", "programs"):
        for key in ("code", "student", "offering", "grades", "capacity", "first_day"):
            for value in odd:
                response = office.post(f"/api/v1/{address}/", {key: value})
                assert response.status_code == 400, (address, key, value)

"""A file is read as it is written, or refused with the place and the reason."""

from unicodedata import normalize

import pytest

from enrollment.exchange.kinds import MEMBERSHIPS, STUDENTS
from enrollment.exchange.nearest import among
from enrollment.exchange.problems import Unreadable
from enrollment.exchange.reading import read
from tests.enrollment.sheets import HEADER, problem_of, students


def unreadable(data, kind=STUDENTS):
    with pytest.raises(Unreadable) as refusal:
        read(kind, data.encode() if isinstance(data, str) else data)
    return refusal.value.problem


# --- Bytes and encodings

PLAIN = f"{HEADER}\n007,Zoë,Muñoz,2015-01-02\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_the_encodings_and_line_ends_of_the_world_are_read_alike(encoding, ends):
    [row] = read(STUDENTS, PLAIN.replace("\n", ends).encode(encoding)).rows
    assert (row.values["lasid"], row.values["first_name"]) == ("007", "Zoë")
    assert row.line == 2


def test_one_name_has_one_form_whatever_machine_wrote_it():
    apart = normalize("NFD", PLAIN)
    assert apart != PLAIN
    assert read(STUDENTS, apart.encode()).rows == read(STUDENTS, PLAIN.encode()).rows


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_another_encoding_is_refused_with_the_place_of_the_byte(encoding):
    data = PLAIN.encode(encoding)
    problem = unreadable(data)
    assert (problem.code, problem.line) == ("bad_encoding", 2)
    assert str(data.index(b"\xeb")) in problem.found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b" <!DOCTYPE html><html>", "web page"),
        (b"<html><table>", "web page"),
    ],
)
def test_what_is_no_csv_is_refused_by_its_content(data, found):
    problem = unreadable(data)
    assert problem.code == "not_csv"
    assert found in problem.found


# --- Headers


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        ("\n\n", "empty_file"),
        (HEADER, "no_rows"),
        (f"{HEADER}\n\n\n", "no_rows"),
        ("lasid,lasid\n1,2\n", "duplicate_header"),
        ("lasid,student_id\n1,2\n", "duplicate_header"),
        ("lasid,frist_name\n1,2\n", "unknown_header"),
        ("lasid,\n1,2\n", "unknown_header"),
        ("first_name\nAda\n", "missing_header"),
        ("lasid;first_name\n1;Ada\n", "bad_delimiter"),
        ("lasid\tfirst_name\n1\tAda\n", "bad_delimiter"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(data, code):
    assert unreadable(data).code == code


def test_an_unknown_header_is_answered_with_the_nearest():
    problem = unreadable("lasid,frist_name\n1,2\n")
    assert (problem.found, problem.line) == ("frist_name", 1)
    assert "the nearest is first_name" in problem.advice
    assert "lasid, sasid, first_name" in problem.expected


def test_a_missing_header_is_named():
    assert (
        "Add school, grade."
        in unreadable("lasid,first_day\n1,2025-09-04\n", MEMBERSHIPS).advice
    )


@pytest.mark.parametrize("word", ["LASID", "Student ID", "student-id", "DOE001"])
def test_a_header_may_be_written_in_the_words_of_the_state_or_of_a_school(word):
    [row] = students("007,Ada,Wren,", header=HEADER.replace("lasid", word)).rows
    assert row.values["lasid"] == "007"


def test_an_optional_column_may_be_left_out_and_then_says_nothing():
    [row] = students("007", header="lasid").rows
    assert row.values == {"lasid": "007"}


# --- Rows


def test_a_row_of_another_width_is_refused_and_the_others_are_read():
    sheet = students("1,A,B,", "2,A", "3,A,B,,", "4,A,B,")
    assert [row.line for row in sheet.rows] == [2, 5]
    assert [(it.line, it.code) for it in sheet.problems] == [
        (3, "field_count"),
        (4, "field_count"),
    ]


def test_a_blank_line_inside_is_a_row_and_at_the_end_it_is_nothing():
    sheet = students("1,A,B,", "", "2,A,B,", "", "", "")
    assert [(it.line, it.code) for it in sheet.problems] == [(3, "field_count")]


def test_an_open_quote_is_found_where_it_opens():
    problem = unreadable(f'{HEADER}\n1,A,B,\n2,"A,B,\n3,A,B,\n4,A,B,\n')
    assert (problem.code, problem.line) == ("open_quote", 3)


def test_a_field_without_end_is_found_where_it_begins():
    problem = unreadable(f"{HEADER}\n1,A,B,\n2,{'x' * 200_000},B,\n")
    assert (problem.code, problem.line) == ("field_too_long", 3)


def test_a_line_break_in_quotes_belongs_to_the_cell_and_lines_are_those_of_the_file():
    sheet = students('1,"Ada\nMaria",B,', "2,A,B,x")
    assert sheet.rows[0].values["first_name"] == "Ada\nMaria"
    assert problem_of(sheet).line == 4


def test_every_wrong_cell_of_a_row_is_reported():
    sheet = students(f"1.2E+05,{'x' * 101},B\x00b,31.1.2015")
    assert {(it.column, it.code) for it in sheet.problems} == {
        ("lasid", "excel_damage"),
        ("first_name", "too_long"),
        ("last_name", "hidden_character"),
        ("birth_date", "bad_date"),
    }
    assert {it.line for it in sheet.problems} == {2}


def test_what_was_found_cannot_drive_a_terminal():
    problem = problem_of(students("1,\x1b[2Jé,B,"))
    assert problem.found == r"\x1b[2Jé"


def test_what_was_found_is_shown_but_not_at_any_length():
    problem = problem_of(students(f"{'9' * 500},A,B,"))
    assert len(problem.found) < 70


@pytest.mark.parametrize(("count", "end"), [(12, "word11"), (13, "word11 and 1 more")])
def test_of_many_known_words_twelve_are_said(count, end):
    known = [f"word{i:02}" for i in range(count)]
    assert among("?", known).endswith(f"word10, {end}")

"""A cell has one meaning, or it is refused."""

import pytest

from enrollment.exchange.kinds import ENROLLMENTS
from enrollment.exchange.reading import read
from tests.enrollment.sheets import problem_of, snapshots, students


@pytest.mark.parametrize("lasid", ["00123", "1234567890123456", "A-7", "0"])
def test_an_identifier_keeps_its_zeros_and_digits(lasid):
    [row] = students(f"{lasid},A,B,").rows
    assert row.values["lasid"] == lasid


@pytest.mark.parametrize("lasid", ["1.23E+05", "1E5", "1,23e+11"])
def test_a_number_that_excel_shortened_is_refused(lasid):
    assert problem_of(students(f'"{lasid}",A,B,')).code == "excel_damage"


def test_blanks_around_a_cell_are_nothing():
    [row] = students("\u00a0007 , Ada,Wren ,2015-01-02 ").rows
    assert list(row.values.values())[:3] == ["007", "Ada", "Wren"]


@pytest.mark.parametrize("name", ["Null", "NA", "None", "-", "N/A"])
def test_a_word_that_some_take_for_nothing_stays_a_name(name):
    [row] = students(f"1,A,{name},").rows
    assert row.values["last_name"] == name


@pytest.mark.parametrize("hidden", ["\x00", "\x07", "\u200b", "\u202e", "\ufeff"])
def test_a_hidden_character_is_refused_by_its_number(hidden):
    problem = problem_of(students(f"1,A{hidden}b,B,"))
    assert problem.code == "hidden_character"
    assert f"U+{ord(hidden):04X}" in problem.expected


@pytest.mark.parametrize(
    "day",
    [
        "01/02/2015",
        "2015-1-2",
        "2015-02-30",
        "20150102",
        "42006",
        "2015-01-02T00:00",
        "0001-01-01",
        "\u0662\u0660\u0661\u0665-\u0660\u0661-\u0660\u0662",
    ],
)
def test_only_an_iso_day_is_a_day(day):
    problem = problem_of(students(f"1,A,B,{day}"))
    assert (problem.code, problem.found) == ("bad_date", day)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("grade", "5", "05"),
        ("grade", "k2", "K2"),
        ("grade", "KF", "K"),
        ("race_ethnicity", "BLACK", "black"),
        ("race_ethnicity", "african american/black", "black"),
        ("race_ethnicity", "", None),
        ("gender", "f", "F"),
        ("gender", "Nonbinary", "N"),
        ("collection", "October", "oct"),
        ("swd", "Y", True),
        ("swd", "0", False),
        ("swd", "Unknown", None),
        ("swd", "", None),
        ("days_member", "180", 180),
        ("school_year", "2026", 2026),
    ],
)
def test_a_code_may_be_written_as_people_do(column, text, value):
    [row] = snapshots(**{column: text}).rows
    assert row.values[column] == value


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("grade", "13", "bad_choice"),
        ("grade", "", "missing"),
        ("race_ethnicity", "unknown", "bad_choice"),
        ("el_status", "Limited", "bad_choice"),
        ("swd", "maybe", "bad_flag"),
        ("days_member", "-1", "bad_number"),
        ("days_member", "400", "bad_number"),
        ("days_member", "1_0", "bad_number"),
        ("days_member", "\u0661\u0662", "bad_number"),
        ("days_member", "12.0", "bad_number"),
        ("days_member", "NA", "bad_number"),
        ("school_year", "2025-26", "bad_number"),
    ],
)
def test_what_is_no_code_is_refused(column, text, code):
    problem = problem_of(snapshots(**{column: text}))
    assert (problem.column, problem.code, problem.found) == (column, code, text)
    assert problem.expected
    assert problem.advice


def test_a_wrong_code_is_answered_with_the_nearest():
    assert "the nearest is hispanic" in (
        problem_of(snapshots(race_ethnicity="hispanics")).advice
    )


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("'=Ada", "=Ada"),
        ("'+1", "+1"),
        ("'@x", "@x"),
        ("''=x", "'=x"),
        ("'Ada", "'Ada"),
        ("O'Neil", "O'Neil"),
        ("=Ada", "=Ada"),
    ],
)
def test_the_mark_of_the_export_is_taken_away_and_no_other_apostrophe(written, read_as):
    [row] = students(f"1,{written},B,").rows
    assert row.values["first_name"] == read_as


def test_an_enrollment_has_its_own_words():
    text = "lasid,program,school,school_year,first_day,exit_reason\n"
    [row] = read(ENROLLMENTS, f"{text}1,ten-boys,1,2026,2025-10-01,\n".encode()).rows
    assert row.values["exit_reason"] == ""
    assert "label" not in row.values

"""Who is treated, who may be compared, and who is set aside and counted."""

from datetime import timedelta

import pytest

from outcomes import plans
from outcomes.designs.errors import InputError
from tests.outcomes.conftest import DESIGN, END, START

DAY = timedelta(days=1)


def excluded(made) -> dict[str, int]:
    return {each["reason"]: each["n"] for each in made.cohort["excluded"]}


def test_a_spell_that_begins_in_the_window_is_treatment(district, frame):
    first, last, outside = (district.student() for _ in range(3))
    district.joins(first, START)
    district.joins(last, END)
    district.joins(outside, END + DAY)
    table, made = frame()
    rows = table[["student", "entry", "participant"]]
    assert sorted(rows.itertuples(index=False, name=None)) == [
        (first.pk, str(START), 1),
        (last.pk, str(START), 0),  # until he begins himself
        (last.pk, str(END), 1),
        (outside.pk, str(START), 0),
        (outside.pk, str(END), 0),
    ]
    assert made.cohort["participants"] == 2
    assert made.cohort["entries"] == 2
    assert made.cohort["comparison_pool"] == 1
    assert excluded(made) == {}


def test_who_leaves_again_stays_treated(district, frame):
    student = district.student()
    district.joins(student, status="exited", last_day=START + DAY)
    table, _ = frame()
    assert table.loc[str(student.pk), "participant"] == 1


@pytest.mark.parametrize("status", ["referred", "void", "closed"])
def test_who_was_never_there_may_be_compared(district, frame, status):
    district.participant()
    student = district.student()
    district.joins(student, status=status, first_day=None, planned_last_day=None)
    table, _ = frame()
    assert table.loc[str(student.pk), "participant"] == 0


def test_who_began_before_the_window_is_set_aside(district, frame):
    district.participant()
    running, again, over = (district.student() for _ in range(3))
    district.joins(running, START - DAY)
    left = {"status": "exited", "last_day": START}
    district.joins(again, START - 30 * DAY, **left)
    district.joins(again, START + DAY)
    district.joins(over, START - 30 * DAY, status="exited", last_day=START - DAY)
    table, made = frame()
    assert str(over.pk) in table.index
    assert not {str(running.pk), str(again.pk)} & set(table.index)
    assert excluded(made) == {"already_in_program": 2}


def test_who_is_in_a_rival_program_is_no_comparison(district, frame):
    both = district.participant()
    rival, over = district.student(), district.student()
    for student in (both, rival):
        district.joins(student, START - DAY, district.rival)
    ended = {"status": "exited", "last_day": START - DAY}
    district.joins(over, START - 2 * DAY, district.rival, **ended)
    table, made = frame()
    assert set(table.index) == {str(both.pk), str(over.pk)}
    assert excluded(made) == {"in_rival_program": 1}
    (warning,) = made.warnings
    assert warning["code"] == "participants_in_rival_program"
    assert warning["text"].startswith("1 participants")


def test_a_program_that_nobody_declared_a_rival_is_none(district, frame):
    district.participant()
    student = district.student()
    district.joins(student, START, district.rival)
    table, made = frame(rivals=[])
    assert str(student.pk) in table.index
    assert made.warnings == []


def test_a_participant_without_a_snapshot_is_counted(district, frame):
    district.participant()
    district.joins(district.student(snapshot=False))
    district.joins(district.student(snapshot={"as_of": START}))
    old = {"as_of": START - 401 * DAY, "school_year": district.last_year}
    district.joins(district.student(snapshot=old))
    table, made = frame()
    assert len(table) == 1
    assert excluded(made) == {"no_baseline": 3}


def test_without_participants_there_is_nothing_to_evaluate(district, frame):
    district.student()
    with pytest.raises(InputError, match="began ten-boys between") as refusal:
        frame()
    assert refusal.value.code == "no_treated"


def test_an_empty_district_is_refused_in_words(district, frame):
    with pytest.raises(InputError, match="no student"):
        frame(design={**DESIGN, "covariates": list(plans.FACTS)})

import pytest

from programs_tracker.demo.tables import tables_of

KEYS = {
    "schools": ["code"],
    "school-years": ["year"],
    "measures": ["code"],
    "students": ["lasid"],
    "student-years": ["lasid", "school_year", "collection"],
    "memberships": ["lasid", "school", "first_day"],
    "offerings": ["program", "school", "school_year"],
    "enrollments": ["lasid", "program", "school", "school_year", "first_day"],
    "scores": ["lasid", "measure", "school_year", "period"],
}


@pytest.fixture(scope="module")
def tables(district):
    return tables_of(district)


@pytest.mark.parametrize("kind", KEYS)
def test_every_row_has_a_key_of_its_own(tables, kind):
    assert not tables[kind].duplicated(KEYS[kind]).any()


def test_every_row_names_a_student_and_a_school_of_the_district(tables):
    lasids, codes = set(tables["students"]["lasid"]), set(tables["schools"]["code"])
    for table in tables.values():
        assert set(table.get("lasid", [])) <= lasids
        assert set(table.get("school", [])) <= codes


def test_the_baseline_is_dated_before_the_programs_begin(tables):
    october = tables["student-years"].query("collection == 'oct'")
    assert (october["as_of"] < tables["enrollments"]["first_day"].min()).all()
    assert set(tables["enrollments"]["lasid"]) <= set(october["lasid"])


def test_nobody_attends_more_days_than_there_are(tables):
    year_end = tables["student-years"].query("collection == 'eoy'")
    assert (year_end["days_attended"] <= year_end["days_member"]).all()


def test_some_groups_are_unknown(tables):
    snapshots = tables["student-years"]
    assert 0 < (snapshots["race_ethnicity"] == "").mean() < 0.03


def test_what_would_have_happened_stands_in_no_table(district, tables):
    """Recorded scores are those with the program; no column holds the others."""
    took_part = district.takes_part["ten-boys"]
    lasids = district.people["lasid"][took_part]
    recorded = tables["scores"].query(
        "measure == 'mcas-ela' and school_year == 2026 and status == 'valid'"
    )
    recorded = recorded.set_index("lasid")["value"].astype(float)
    with_it = dict(zip(lasids, district.scores["ela"][took_part, 2], strict=True))
    here = [lasid for lasid in lasids if lasid in recorded.index]
    assert [recorded[lasid] for lasid in here] == [with_it[lasid] for lasid in here]
    words = {column for table in tables.values() for column in table.columns}
    assert not words & {"effect", "gained", "without", "truth"}

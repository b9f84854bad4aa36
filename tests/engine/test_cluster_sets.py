"""Whole clusters are matched first, as a search of every way to give them out would."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.engine.cluster_balance import clusters_section
from outcomes.engine.cluster_sets import in_cluster_sets
from outcomes.engine.evaluate import diagnose, evaluate
from outcomes.engine.study import Study
from tests.engine import oracles_clusters as literal
from tests.engine.worked import REFERENCE, kindergarten, star

near = pytest.approx
often = settings(max_examples=60, deadline=None)
TWO_LEVELS = {"of": ["school", "grade"], "trend": [["late", "early"]]}


def design(**keys):
    said = TWO_LEVELS | keys.pop("match_clusters", {})
    plain = {"unit": "student", "treatment": "treated", "outcomes": ["score"]}
    plain |= {"covariates": ["late", "race"], "exact": ["grade"], "cluster": "school"}
    plain |= {"assignment": "school_grade", "method": "full", "distance": "euclidean"}
    return Design.from_dict({**plain, **keys, "match_clusters": said})


def made_up(schools, *, taking_part=2, seed=0, holes=0.0):
    """Whole grades of schools; here and there a number or a race is not known."""
    random = np.random.default_rng(seed)
    places = [(f"S{s}", g) for s in range(1, schools + 1) for g in ("4", "5")]
    frame = pd.DataFrame(
        [place for place in places for _ in range(random.integers(2, 6))],
        columns=["school", "grade"],
    )
    n = len(frame)
    frame["student"] = [f"c{i}" for i in random.permutation(n)]
    frame["race"] = random.choice(list("abc"), n)
    for column in ("late", "early", "score"):
        frame[column] = random.normal(size=n)
    program = random.permutation(schools)[:taking_part] + 1
    frame["treated"] = frame["school"].isin([f"S{s}" for s in program]).astype(int)
    frame.loc[random.random(n) < holes, "late"] = np.nan
    frame.loc[random.random(n) < holes / 4, "race"] = None
    return frame


def section(frame, wanted):
    study, found = in_cluster_sets(Study.from_frame(frame, wanted), wanted)
    return clusters_section(study.whole, found)


def sets_of(section):
    """Each set as labels: who takes part, and with whom."""
    return {
        tuple(s["treated"]["cluster"].values()): sorted(
            tuple(other["cluster"].values()) for other in s["comparison"]
        )
        for s in section["sets"]
    }


@often
@given(
    st.integers(3, 6),
    st.integers(1, 3),
    st.integers(1, 2),
    st.sampled_from([0.0, 0.3, 0.8]),
    st.integers(0, 10_000),
)
def test_no_other_way_to_give_them_out_is_better(schools, program, ratio, holes, seed):
    program = min(program, schools - 1)
    frame = made_up(schools, taking_part=program, holes=holes, seed=seed)
    wanted = design(match_clusters={"ratio": ratio})
    found = section(frame, wanted)
    served, pairs, far = literal.best_of_grades(
        frame, ratio, numbers=["late"], texts=["race"], trends=[("late", "early")]
    )
    assert (found["matched_treated"], found["matched_comparison"]) == (served, pairs)
    assert found["total_distance"] == near(far, abs=1e-9)


@often
@given(st.integers(4, 7), st.integers(1, 2), st.integers(0, 10_000))
def test_names_and_the_order_of_rows_decide_nothing(schools, ratio, seed):
    frame = made_up(schools, seed=seed)
    wanted = design(match_clusters={"ratio": ratio})
    other = frame.sample(frac=1, random_state=seed)
    other["school"] = "Z" + other["school"].str[::-1]
    renamed = {
        ("Z" + school[::-1], grade): sorted(("Z" + s[::-1], g) for s, g in others)
        for (school, grade), others in sets_of(section(frame, wanted)).items()
    }
    assert sets_of(section(other, wanted)) == renamed


def star_schools():
    known = ["readk", "mathk", "gender", "ethnicity", "birth", "lunchk", "schoolidk"]
    table = kindergarten().dropna(subset=known)
    afam = (table["ethnicity"] == "afam").astype(str)
    return table.assign(is_afam=afam), sorted(table["schoolidk"].unique())


def as_if_whole(table, program):
    """Some schools give their small classes, the others their larger ones."""
    return table[table["schoolidk"].isin(program) == (table["small"] == 1)]


def star_design(**keys):
    plain = {"unit": "student", "treatment": "small", "outcomes": ["readk"]}
    plain |= {"covariates": ["birth", "gender", "is_afam", "lunchk"]}
    plain |= {"cluster": "schoolidk", "assignment": "school", "match_clusters": {}}
    return Design.from_dict({**plain, **keys})


def test_schools_and_then_students_are_matched_as_by_r():
    r = pd.read_csv(REFERENCE / "star_clusters_oracles.csv", index_col="what")["value"]
    sets = pd.read_csv(REFERENCE / "star_clusters.csv").query("set > 0")
    table, schools = star_schools()
    table = as_if_whole(table[table["schoolidk"].isin(schools[:14])], schools[:11:2])
    on = {"on": ["birth", "gender", "is_afam", "lunchk"]}
    wanted = star_design(method="exact", covariates=on["on"][1:], match_clusters=on)
    report = evaluate(table, wanted).report()
    found = report["clusters"]
    assert found["total_distance"] == near(r["total_distance"], rel=1e-9)
    assert found["total_distance"] <= r["greedy_distance"]
    assert sets_of(found) == {
        (str(pair.query("small == 1")["school"].item()),): [
            (str(pair.query("small == 0")["school"].item()),)
        ]
        for _, pair in sets.groupby("set")
    }
    assert report["sample"]["matched_treated"] == r["matched_treated"]
    assert report["sample"]["matched_comparison"] == r["matched_comparison"]
    effect, sd = report["effects"][0], star()["meta"]["sd_readk_control"]
    errors = {row["se_kind"]: row["std_error"] for row in effect["alternatives"]}
    assert effect["estimate"] / sd == near(r["estimate_sd"], rel=1e-9)
    assert errors["CR1 by schoolidk"] / sd == near(r["cr1_sd"], rel=1e-9)


def test_whole_schools_find_what_the_experiment_found():
    """Schools dealt in halves: what one half has too much the other has too little."""
    table, schools = star_schools()
    wanted = star_design(method="full", estimator="g_computation", distance="logit")
    sd, truth = star()["meta"]["sd_readk_control"], 0.193
    for seed in range(3):
        half = np.random.default_rng(seed).permutation(schools)[: len(schools) // 2]
        halves = (half, [s for s in schools if s not in half])
        found = [evaluate(as_if_whole(table, h), wanted).report() for h in halves]
        estimates = [report["effects"][0]["estimate"] / sd for report in found]
        assert np.mean(estimates) == near(truth, abs=0.03)
        assert found[0]["clusters"]["matched_treated"] == 39


def test_diagnostics_tell_of_clusters_as_the_report_does():
    frame = made_up(6)
    told = diagnose(frame.drop(columns="score"), design())
    assert told["clusters"] == evaluate(frame, design()).report()["clusters"]
    one_level = Design.from_dict(design().to_dict() | {"match_clusters": None})
    assert "clusters" not in diagnose(frame, one_level)


def test_what_is_known_of_no_cluster_is_told():
    """A plan compares grades on earlier years, of which there may be no record."""
    keys = {"on": ["late", "early"], "trend": []}
    frame, wanted = made_up(6), design(match_clusters=keys)
    told = {w["text"] for w in diagnose(frame, wanted)["warnings"]}
    assert not any("of no cluster" in text for text in told)
    found = diagnose(frame.assign(early=np.nan), wanted)
    assert {
        "code": "all_missing",
        "text": '"early" is known of no cluster: clusters were compared without it.',
    } in found["warnings"]
    without = design(match_clusters=keys | {"on": ["late"]})
    alone = diagnose(frame, without)["clusters"]
    assert sets_of(found["clusters"]) == sets_of(alone)

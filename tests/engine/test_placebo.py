"""A program cannot move what was measured before it began; a comparison may seem to."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.before import design_before
from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, EngineError, InputError
from outcomes.engine.evaluate import diagnose, evaluate
from tests.engine import lalonde
from tests.engine.random_studies import keys, tables

near = pytest.approx
ALIKE = {"method": "exact", "covariates": ["race", "married", "nodegree"]}
ORACLES = pd.read_csv(
    lalonde.REFERENCE / "placebo_oracles.csv", index_col="outcome"
).to_dict("index")


def test_the_placebo_is_what_r_finds_among_those_alike():
    rows = lalonde.report(**ALIKE, placebo=["re74", "re75"])["placebo"]
    for row in rows:
        of = ORACLES[row["outcome"]]
        assert (row["n_treated"], row["n_comparison"]) == (
            of["n_treated"],
            of["n_comparison"],
        )
        assert row["estimate"] == near(of["estimate"], rel=1e-9)
        assert row["std_error"] == near(of["std_error"], rel=1e-9)
        assert row["se_kind"] == "HC3"


WAYS = [
    {"distance": "mahalanobis"},
    {"distance": "mahalanobis", "ratio": 2, "estimator": "g_computation"},
    {"method": "full", "distance": "euclidean", "cluster": "school"},
    {"distance": "mahalanobis", "broken_sets": "drop", "exact": ["grade"]},
]


@settings(deadline=None)
@given(tables(), st.sampled_from(WAYS), st.booleans())
def test_it_is_the_design_written_out_with_the_measure_as_its_outcome(
    frame, way, has_holes
):
    if has_holes:
        frame.loc[frame.index % 4 == 1, "absence"] = np.nan
    asked = {"name": "absence", "without": ["lunch"], "pretests": ["pretest"]}
    by_hand = keys(outcomes=["absence"], covariates=["pretest"], pretests=["pretest"])
    try:
        written = evaluate(frame, Design.from_dict({**by_hand, **way})).report()
        found = evaluate(frame, Design.from_dict(keys(**way, placebo=[asked])))
    except EngineError:
        return
    (row,) = found.report()["placebo"]
    (effect, *_) = written["effects"]
    assert row["pretests"] == ["pretest"]
    assert row["left_out"] == ["absence", "lunch"]
    assert row["estimate"] == effect["estimate"]
    if effect["estimate"] is not None:
        for name in ("std_error", "ci_low", "ci_high", "p", "hedges_g", "n_treated"):
            assert row[name] == effect[name], name
        assert row["verdict"] == written["verdict"]["code"]


def district(drift, n=400, seed=7):
    """Pretests of two years and an outcome; participants drift away from the others
    before the program begins, by something that nobody measured."""
    random = np.random.default_rng(seed)
    ability = random.normal(size=n)
    treated = (random.random(n) < 0.3).astype(int)
    scores = {
        year: ability + drift * years * treated + random.normal(scale=0.5, size=n)
        for year, years in ((2023, 0), (2024, 0), (2025, 1), (2026, 2))
    }
    return pd.DataFrame(
        {
            "student": [f"S{i}" for i in range(n)],
            "treated": treated,
            **{f"math_{year}": values for year, values in scores.items()},
        }
    )


DESIGN = {
    "unit": "student",
    "treatment": "treated",
    "outcomes": ["math_2026"],
    "pretests": ["math_2025"],
    "distance": "mahalanobis",
    "estimator": "g_computation",
    "placebo": [{"name": "math_2025", "pretests": ["math_2024", "math_2023"]}],
}


def found_in(frame, **more):
    return evaluate(frame, Design.from_dict(DESIGN | more)).report()


def test_a_hidden_drift_moves_last_years_score_and_the_verdict_says_so():
    found = found_in(district(drift=0.4))
    (row,) = found["placebo"]
    assert row["moved"] is True
    assert row["estimate"] == near(0.4, abs=0.15)
    assert (row["pretests"], row["left_out"]) == (
        ["math_2024", "math_2023"],
        ["math_2025"],
    )
    assert row["text"].startswith('The program "moves" math_2025 by 0.')
    assert "before it began" in row["text"]
    assert "chosen by math_2025, which the design itself matches on" in row["text"]
    warned = {w["code"]: w["text"] for w in found["warnings"]}
    assert warned["placebo_moved"] == row["text"]
    assert found["verdict"]["text"].endswith(row["text"])
    plain = found_in(district(drift=0.4), placebo=[])
    assert found["verdict"]["code"] == plain["verdict"]["code"]
    assert plain["placebo"] == []


def test_a_measure_that_the_design_never_matched_on_has_no_such_excuse():
    found = found_in(district(drift=0.4), pretests=["math_2024", "math_2023"])
    (row,) = found["placebo"]
    assert row["moved"] is True
    assert row["left_out"] == []
    assert "chosen by" not in row["text"]


def test_who_was_chosen_by_last_years_score_moves_it_though_the_design_is_fair():
    """The dip before a program (Ashenfelter): the test fails, the design does not."""
    frame = district(drift=0.0, n=800)
    low = frame["math_2025"] - frame["math_2024"]
    frame["treated"] = (low < np.quantile(low, 0.3)).astype(int)
    keep = np.random.default_rng(3).random(800) < 0.5
    frame["treated"] = frame["treated"].where(keep, 0)
    found = found_in(frame, pretests=["math_2025", "math_2024"])
    assert found["placebo"][0]["moved"] is True
    assert found["placebo"][0]["estimate"] < 0
    effect = found["effects"][0]
    assert effect["ci_low"] < 0 < effect["ci_high"]


def test_without_a_drift_it_does_not_move_and_nothing_is_warned():
    found = found_in(district(drift=0.0))
    (row,) = found["placebo"]
    assert row["moved"] is False
    assert row["ci_low"] < 0 < row["ci_high"]
    assert "is not seen to move" in row["text"]
    assert row["text"].endswith("would not have been seen.")
    assert "placebo_moved" not in {w["code"] for w in found["warnings"]}
    assert row["text"] not in found["verdict"]["text"]


def test_chance_moves_about_one_in_twenty():
    moved = [
        found_in(district(drift=0.0, n=80, seed=seed))["placebo"][0]["moved"]
        for seed in range(60)
    ]
    assert 0 <= sum(moved) <= 8  # more than 8 of 60 has a chance of .2 % at 5 %


def test_diagnostics_show_it_and_read_no_outcome():
    frame = district(drift=0.4).drop(columns="math_2026")
    design = Design.from_dict(DESIGN | {"require": ["math_2026"]})
    found = diagnose(frame, design)
    assert found["placebo"] == found_in(district(drift=0.4))["placebo"]
    assert found["verdict"]["text"].endswith(found["placebo"][0]["text"])


def test_the_rest_of_a_report_is_as_without_it():
    frame = district(drift=0.0)
    found, plain = found_in(frame), found_in(frame, placebo=[])
    same = set(found) - {"placebo", "design", "design_hash"}
    assert {key: found[key] for key in same} == {key: plain[key] for key in same}


def test_aipw_weighs_everyone_who_has_the_measure():
    found = found_in(district(drift=0.4), estimator="aipw", distance="propensity")
    (row,) = found["placebo"]
    assert row["n_treated"] + row["n_comparison"] == 400
    assert row["moved"] is True


def test_where_nothing_is_left_to_match_on_it_says_so():
    found = found_in(district(0.4), placebo=["math_2025"])
    (row,) = found["placebo"]
    assert row["moved"] is row["estimate"] is row["n_treated"] is row["verdict"] is None
    assert row["not_estimable"].startswith("estimate, std_error")
    assert row["text"].endswith("cannot be told.")
    assert "placebo_moved" not in {w["code"] for w in found["warnings"]}


def test_what_is_left_out_leaves_every_key_of_the_design():
    design = Design.from_dict(
        keys(
            pretests=[{"name": "pretest", "same_as": "score", "domain": "ela"}],
            caliper={"pretest": {"width": 1, "unit": "raw"}, "lunch": {"width": 1}},
            cutpoints={"pretest": [3.0]},
            exact=["grade"],
            anti_exact=["school"],
            prefer=[["pretest"], ["lunch", "absence"]],
            require=["score", "pretest", "absence"],
            equivalent_on=["pretest", "lunch"],
            subgroups=["grade"],
            cluster="school",
            match_clusters={"trend": [["pretest", "absence"]]},
            placebo=[{"name": "pretest", "without": ["absence", "school"]}],
        )
    )
    earlier = design_before(design, design.placebo[0])
    assert [outcome.name for outcome in earlier.outcomes] == ["pretest"]
    assert earlier.matched_on == earlier.covariates == ("lunch",)
    assert set(earlier.caliper) == {"lunch"}
    assert (earlier.cutpoints, earlier.require) == ({}, ())
    assert (earlier.exact, earlier.anti_exact) == (("grade",), ())
    assert earlier.prefer == (("lunch",),)
    assert earlier.equivalent_on == ("lunch",)
    assert (earlier.match_clusters.on, earlier.match_clusters.trend) == (
        ("lunch",),
        (),
    )
    assert earlier.subgroups == earlier.gaps == earlier.placebo == ()


@pytest.mark.parametrize(
    ("placebo", "words"),
    [
        (["score"], '"score" is already an outcome'),
        (["pretest", "pretest"], "stands twice"),
        ([{"name": "pretest", "without": ["absense"]}], 'did you mean "absence"'),
        ([{"name": "pretest", "without": ["home"]}], "matches on"),
        ([{"name": "pretest", "pretests": ["pretest"]}], "both left out and"),
        ([{"name": "pretest", "year": 2025}], "is not a key"),
        ("pretest", "a list in brackets"),
    ],
)
def test_a_placebo_that_cannot_be_asked_is_refused(placebo, words):
    with pytest.raises(DesignError, match=words):
        Design.from_dict(keys(placebo=placebo))


def test_a_placebo_that_the_table_does_not_hold_is_refused_at_once():
    with pytest.raises(InputError, match='no column "math_2022"'):
        found_in(district(0), placebo=["math_2022"])

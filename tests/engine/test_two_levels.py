"""What a two-level design promises, refuses, and tells of those it leaves out."""

import dataclasses
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, InputError, PromiseBroken
from outcomes.engine.cluster_sets import in_cluster_sets
from outcomes.engine.evaluate import diagnose, evaluate
from outcomes.engine.matching import METHODS, arrange
from outcomes.engine.notices import Notices
from outcomes.engine.sample import matched_sample
from outcomes.engine.study import CLUSTER_SET, Study
from tests.engine.test_cluster_sets import design, made_up, sets_of

near = pytest.approx


def prepared(frame, wanted):
    return in_cluster_sets(Study.from_frame(frame, wanted), wanted)[0]


def school(name, grade, before, *, takes_part=0, n=4):
    rows = {"school": name, "grade": grade, "early": before, "treated": takes_part}
    return pd.DataFrame([rows | {"late": before + i % 2} for i in range(n)])


def district(*schools):
    frame = pd.concat(schools, ignore_index=True)
    frame["student"] = [f"c{i}" for i in range(len(frame))]
    frame["race"] = ["a", "b"] * (len(frame) // 2)
    frame["score"] = np.arange(len(frame)) % 5
    return frame


ONE_AND_THREE = (
    school("P", "4", 10.0, takes_part=1),
    school("Q", "4", 30.0, takes_part=1),
    school("A", "4", 11.0),
    school("B", "4", 29.0),
    school("C", "4", 50.0),
)


def told(*schools, **keys):
    return diagnose(district(*schools).drop(columns="score"), design(**keys))


def test_a_school_is_given_the_school_most_like_it():
    found = told(*ONE_AND_THREE)["clusters"]
    assert sets_of(found) == {("P", "4"): [("A", "4")], ("Q", "4"): [("B", "4")]}
    by_name = {row["covariate"]: row for row in found["balance"]}
    late = by_name["late"]
    assert late["mean_treated"] == near(20.5)
    assert late["mean_comparison"] == near(20.5)
    assert abs(late["smd_before"]) > abs(late["smd_after"]) == near(0)
    assert by_name["(size)"]["smd_before"] is None
    assert "does not vary" in by_name["(size)"]["not_estimable"]


def test_no_student_is_compared_outside_the_set_of_the_cluster():
    frame = made_up(8, taking_part=3)
    for method in set(METHODS) - {"exact"}:
        wanted = design(method=method, distance="logit", match_clusters={"ratio": 2})
        report = evaluate(frame, wanted).report()
        table = frame.set_index("student")
        together = sets_of(report["clusters"])
        for _, pair in pd.DataFrame(report["pairs"]).groupby("set"):
            arm = pair["treated"].astype(bool)
            (home,) = places(table, pair[arm])
            assert places(table, pair[~arm]) <= set(together[home])


def places(table, pairs):
    rows = table.loc[pairs["unit"], ["school", "grade"]]
    return set(rows.itertuples(index=False, name=None))


def test_a_school_that_has_the_program_lends_nobody():
    frame = made_up(6)
    taking_part = set(frame.loc[frame["treated"] == 1, "school"])
    frame.loc[frame["grade"] == "5", "treated"] = 0
    found = diagnose(frame, design())["clusters"]
    assert found["set_aside"] == [{"reason": "apart", "n": len(taking_part)}]
    free = diagnose(frame, design(match_clusters={"apart": []}))["clusters"]
    assert free["set_aside"] == []
    lenders = {school for others in sets_of(found).values() for school, _ in others}
    assert not lenders & taking_part


def test_classmates_of_participants_are_counted_and_compared_with_nobody():
    frame = made_up(6)
    stays_out = frame.index[frame["treated"] == 1][:1]
    frame.loc[stays_out, "treated"] = 0
    found = evaluate(frame, design())
    (row,) = found.report()["sample"]["excluded"]
    assert row == {"reason": "classmate", "treated": 0, "comparison": 1}
    compared = {pair["unit"] for pair in found.pairs}
    assert not compared & set(frame.loc[stays_out, "student"])


def test_where_somebody_chose_among_classmates_the_report_warns():
    frame = made_up(6)
    everyone = frame.index[frame["treated"] == 1]
    frame.loc[everyone[::3], "treated"] = 0
    codes = {row["code"] for row in diagnose(frame, design())["warnings"]}
    assert "clusters_not_whole" in codes


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ([school("A", "5", 11.0)], "exact"),
        ([school("A", "4", 11.0).assign(late=np.nan)], "not_comparable"),
        ([school("A", "4", 11.0)], "pool_exhausted"),
    ],
)
def test_whoever_finds_nobody_is_named_with_the_reason(others, reason):
    two = [school("P", "4", 10.0, takes_part=1), school("Q", "4", 12.0, takes_part=1)]
    more = [school("B", "5", 11.0), school("C", "5", 16.0)]
    report = told(*two, *others, *more)
    lost = report["clusters"]["unmatched"]
    assert {row["reason"] for row in lost} == {reason}
    assert lost[0]["cluster"].keys() == {"school", "grade"}
    n = sum(row["n"] for row in lost)
    assert report["sample"]["unmatched"] == [{"reason": "cluster", "n": n}]
    assert "clusters_unmatched" in {row["code"] for row in report["warnings"]}


def test_a_single_school_with_the_program_is_still_confounded():
    report = evaluate(made_up(6, taking_part=1), design()).report()
    assert report["verdict"]["code"] == "confound_n1"


def broken(study, **columns):
    whole = dataclasses.replace(study.whole, **columns)
    return dataclasses.replace(study, whole=whole)


def test_a_match_that_breaks_the_sets_of_clusters_is_not_reported():
    frame, wanted = made_up(6, taking_part=2), design(match_clusters={"ratio": 2})
    study = prepared(frame, wanted)
    arrange(study, wanted, Notices())
    one_for_all = np.zeros_like(study.whole.member)
    everywhere = {"school": np.zeros(study.n, dtype=np.int64)}
    for wrong in (
        dataclasses.replace(study, exact=study.exact | {CLUSTER_SET: one_for_all}),
        broken(study, apart=everywhere),
        broken(study, member=one_for_all),
        Study.from_frame(frame, wanted),
    ):
        with pytest.raises(PromiseBroken, match='"match_clusters"'):
            arrange(wrong, wanted, Notices())
    fewer = design(match_clusters={"ratio": 1})
    with pytest.raises(PromiseBroken, match='"match_clusters"'):
        arrange(study, fewer, Notices())


def test_participation_is_dealt_anew_within_chains_of_sets_only():
    frame = made_up(9, taking_part=3, seed=4)
    frame["score"] += 10 * frame["treated"]  # so that no other p is larger
    wanted = design(match_clusters={"ratio": 2})
    report = evaluate(frame, wanted).report()
    study = prepared(frame, wanted)
    sample = matched_sample(
        study, arrange(study, wanted, Notices()).matched, study.outcomes["score"]
    )
    chains = literal_chains(sets_of(report["clusters"]))
    names = frame.set_index("student").loc[study.units[sample.rows], "school"]
    names = names.to_numpy()
    blocks = {frozenset(names[sample.blocks == b]) for b in set(sample.blocks)}
    assert blocks == {frozenset(chain) for chain in chains}
    takes_part = set(names[sample.treated])
    deals = product(
        *(combinations(sorted(c), len(c & takes_part)) for c in map(set, chains))
    )
    differences = [
        abs(difference(sample, np.isin(names, sorted(sum(deal, ()))))) for deal in deals
    ]
    observed = abs(difference(sample, sample.treated))
    p = np.mean([d >= observed * (1 - 1e-9) for d in differences])
    assert report["effects"][0]["p"] == near(p, rel=1e-9)


def literal_chains(sets):
    """Schools that any set puts together, and those that these are together with."""
    chains = []
    for (home, _), others in sets.items():
        together = {home, *(name for name, _ in others)}
        touched = [chain for chain in chains if chain & together]
        chains = [chain for chain in chains if not chain & together]
        chains.append(together.union(*touched))
    return chains


def difference(sample, arm):
    w, y = sample.weights, sample.y
    return np.average(y[arm], weights=w[arm]) - np.average(y[~arm], weights=w[~arm])


def test_without_a_pretest_the_clusters_are_matched_anew():
    frame = made_up(8, taking_part=3, seed=2)
    both = {"covariates": ["race"], "pretests": ["late", "early"]}
    full = evaluate(frame, design(**both, match_clusters={"trend": []})).report()
    row = full["sensitivity"]["score"]["omitted_pretests"][0]
    fewer = both | {"pretests": ["early"]}
    less = evaluate(frame, design(**fewer, match_clusters={"trend": []})).report()
    assert row["pretest"] == "late"
    assert row["estimate_without"] == near(less["effects"][0]["estimate"], rel=1e-9)
    assert sets_of(full["clusters"]) != sets_of(less["clusters"])


def test_who_belongs_to_no_cluster_is_counted():
    frame = made_up(6)
    frame.loc[:1, "school"] = None
    gone = diagnose(frame, design())["sample"]["excluded"]
    assert [row["reason"] for row in gone] == ["cluster_missing"]
    assert gone[0]["treated"] + gone[0]["comparison"] == 2


def test_clusters_larger_than_those_of_the_errors_are_refused():
    wanted = design(match_clusters={"of": ["grade"], "apart": []}, exact=[])
    frame = made_up(6)
    frame["treated"] = (frame["grade"] == "5").astype(int)
    with pytest.raises(InputError, match="span several"):
        diagnose(frame, wanted)


def test_clusters_are_not_compared_on_a_name():
    frame = made_up(40)
    frame["name"] = frame["student"]
    with pytest.raises(InputError, match="names students"):
        diagnose(frame, design(match_clusters={"on": ["name"]}))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"ratio": 4}, r"match_clusters.ratio: found 4, expected a whole number, 1 to"),
        ({"trend": [["late"]]}, r"trend\[0\]: found .*the later one first"),
        ({"of": []}, r"match_clusters.of: .*at least 1"),
        ({"on": ["score"]}, 'match_clusters: "score" is already an outcome'),
        ({"on": [], "trend": [], "size": False}, "nothing to compare clusters on"),
        ({"sized": True}, "match_clusters.sized: is not a key"),
    ],
)
def test_clusters_that_cannot_be_matched_so_are_refused(said, words):
    with pytest.raises(DesignError, match=words):
        design(match_clusters=said)


def test_errors_need_a_cluster_to_go_by():
    with pytest.raises(DesignError, match=r'match_clusters: .*name the "cluster"'):
        design(cluster=None)


def test_what_is_left_open_is_spelled_out():
    said = design(match_clusters={}).to_dict()["match_clusters"]
    assert said["on"] == ["late", "race"]
    assert said["apart"] == ["school"]
    assert (said["size"], said["ratio"]) == (True, 1)
    keys = {"unit": "u", "treatment": "t", "outcomes": ["y"], "covariates": ["x"]}
    short = Design.from_dict({**keys, "cluster": "school", "match_clusters": {}})
    assert short.to_dict()["match_clusters"]["of"] == ["school"]
    assert Design.from_dict(short.to_dict()) == short

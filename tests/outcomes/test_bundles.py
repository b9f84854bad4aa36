"""A bundle tells a sceptic everything but who the students are, and R agrees."""

import csv
import io
import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate
from outcomes.services.bundles import files
from outcomes.services.redo import matchit_call, remark
from tests.engine.lalonde import COVARIATES, FRAME
from tests.engine.lalonde import design as lalonde_design

# Some dollars more for each student, so that nobody is exactly as near as another.
MORE = np.random.default_rng(1).uniform(0, 500, len(FRAME))
APART = FRAME.assign(re74=FRAME["re74"] + MORE)
HAS_R = (
    shutil.which("Rscript")
    and not subprocess.run(
        ["Rscript", "-e", "library(MatchIt)"], capture_output=True, check=False
    ).returncode
)
needs_r = pytest.mark.skipif(not HAS_R, reason="needs Rscript with MatchIt")
RAW = {"width": 1, "unit": "raw"}
THREE = {"distance": {"width": 0.2}, "age": RAW | {"width": 3}, "educ": {"width": 0.5}}
NUMBERS = ["age", "educ", "re74", "re75"]


def bundle(**keys) -> dict[str, str]:
    design = lalonde_design(**keys)
    report = evaluate(APART, design).report()
    return files(APART, design, report, report["pairs"])


def rows(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def made():
    return bundle(exact=["race"], ratio=2)


def test_it_holds_the_rows_the_plan_the_report_and_the_script(made):
    assert set(made) == {
        "matched.csv",
        "all.csv",
        "design.json",
        "report.json",
        "tables.csv",
        "redo.R",
    }
    assert len(rows(made["all.csv"])) == len(FRAME)
    report = json.loads(made["report.json"])
    sample = report["sample"]
    codes = {row["code"] for row in rows(made["matched.csv"])}
    assert len(codes) == sample["matched_treated"] + sample["matched_comparison"]
    assert (
        Design.from_dict(json.loads(made["design.json"])).hash()
        == (report["design_hash"])
    )


def test_it_holds_no_column_that_the_design_does_not_name(made):
    assert set(rows(made["all.csv"])[0]) == {"code", "treat", "re78", *COVARIATES}


def test_its_tables_say_what_the_report_says(made):
    (estimate,) = (
        row["value"]
        for row in rows(made["tables.csv"])
        if row["table"] == "Effects" and row["column"] == "Difference (95% interval)"
    )
    effect = json.loads(made["report.json"])["effects"][0]["estimate"]
    assert estimate.lstrip("'+").startswith(f"{effect:,.0f}")


def test_nothing_in_it_names_a_student(made):
    for name, text in made.items():
        assert not re.search(r"NSW|PSID", text), name
    assert "pairs" not in json.loads(made["report.json"])


def test_codes_are_made_anew_and_the_order_is_theirs(made):
    codes = [row["code"] for row in rows(made["all.csv"])]
    assert codes == sorted(codes)
    again = [row["code"] for row in rows(bundle(exact=["race"], ratio=2)["all.csv"])]
    assert not set(codes) & set(again)


def test_sets_are_numbered_by_their_codes(made):
    first = {}
    for row in rows(made["matched.csv"]):
        first[int(row["set"])] = min(row["code"], first.get(int(row["set"]), "z"))
    assert [first[number] for number in sorted(first)] == sorted(first.values())


def test_students_whose_keys_are_numbers_are_found():
    """As those of the database are; a plan of whole grades has no entry."""
    table = APART.assign(unit_id=range(1, len(APART) + 1))
    report = evaluate(table, lalonde_design()).report()
    made = files(table, lalonde_design(), report, report["pairs"])
    everyone = {row["code"]: float(row["re78"]) for row in rows(made["all.csv"])}
    assert sorted(everyone.values()) == sorted(APART["re78"])
    matched = {row["code"]: float(row["re78"]) for row in rows(made["matched.csv"])}
    assert matched.items() <= everyone.items()
    assert len(matched) == len(report["pairs"])


@needs_r
@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"estimator": "g_computation", "cluster": "educ"},
        {"distance": "logit", "order": "smallest", "ratio": 2},
        {"ratio": 2, "min_ratio": 1, "max_ratio": 4},
        {"exact": ["race", "married"]},
        {"replacement": True},
        {"distance": "mahalanobis", "replacement": True, "covariates": NUMBERS},
        {"method": "exact", "covariates": ["married", "nodegree"], "exact": ["race"]},
        {
            "method": "cem",
            "covariates": ["age", "educ", "race"],
            "cutpoints": {"age": [25.5, 35.5]},
        },
        {"method": "subclass"},
        {"discard": "both"},
        {"discard": "comparison", "exact": ["race"]},
        {"estimand": "ATC", "exact": ["race"], "order": "smallest"},
        {"estimand": "ATC", "replacement": True, "ratio": 2},
        {"method": "subclass", "estimand": "ATE", "estimator": "g_computation"},
        {"method": "exact", "estimand": "ATE", "covariates": ["married", "race"]},
    ],
    ids=str,
)
def test_r_finds_the_same_match_and_the_same_figures(keys, tmp_path):
    said = redone(bundle(**keys), tmp_path)
    assert number_after("largest difference of a weight:", said) < 1e-9
    assert number_after("largest relative difference of a figure:", said) < 1e-9


@needs_r
@pytest.mark.parametrize(
    "keys",
    [
        {"method": "entropy"},
        {"method": "entropy", "estimand": "ATE", "estimator": "g_computation"},
        {"method": "ipw", "estimand": "ATC", "exact": ["married"]},
        {"caliper": {"age": {"width": 5, "unit": "raw"}}},
    ],
)
def test_r_finds_the_same_figures_where_it_cannot_match(keys, tmp_path):
    said = redone(bundle(**keys), tmp_path)
    assert number_after("largest relative difference of a figure:", said) < 1e-9


@needs_r
@pytest.mark.parametrize(
    "keys",
    [
        {"ratio": 2, "broken_sets": "reweight"},
        {"ratio": 2, "broken_sets": "drop"},
        {"method": "subclass", "estimand": "ATE"},
    ],
)
def test_r_finds_the_same_with_holes_and_without_an_outcome(keys, tmp_path):
    holed = APART.copy()
    holed.loc[::7, "educ"] = np.nan
    holed.loc[::9, "race"] = None
    holed.loc[::5, "re78"] = np.nan
    design = lalonde_design(estimator="g_computation", **keys)
    report = evaluate(holed, design).report()
    said = redone(files(holed, design, report, report["pairs"]), tmp_path)
    assert number_after("largest difference of a weight:", said) < 1e-9
    assert number_after("largest relative difference of a figure:", said) < 1e-9


@needs_r
def test_r_finds_the_same_where_a_student_alone_decides_a_coefficient(tmp_path):
    rare = APART.assign(rare=0)
    rare.loc[[0, 1, 2, len(rare) - 1], "rare"] = 1  # three participants, one other
    design = lalonde_design(
        method="ipw", estimator="g_computation", covariates=["age", "rare"]
    )
    report = evaluate(rare, design).report()
    said = redone(files(rare, design, report, report["pairs"]), tmp_path)
    assert number_after("largest relative difference of a figure:", said) < 1e-9


@needs_r
def test_r_says_so_when_a_figure_is_not_what_the_report_says(tmp_path):
    made = bundle()
    estimate = re.search(r'\\"estimate\\",([-.\d]+)', made["redo.R"])[1]
    changed = made["redo.R"].replace(estimate, str(float(estimate) * 1.001))
    script = made | {"redo.R": changed}
    assert run_r(script, tmp_path).returncode == 1


def redone(made, folder) -> str:
    done = run_r(made, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_r(made, folder) -> subprocess.CompletedProcess:
    for name, text in made.items():
        (folder / name).write_text(text)
    return subprocess.run(
        ["Rscript", "redo.R"], cwd=folder, capture_output=True, text=True, check=False
    )


def number_after(words: str, said: str) -> float:
    return float(re.search(re.escape(words) + r" (\S+)", said)[1])


def test_the_call_says_all_that_the_design_does():
    design = lalonde_design(
        exact=["race"],
        anti_exact=["married"],
        covariates=["age", "educ"],
        caliper={"distance": {"width": 0.2}, "age": {"width": 3, "unit": "raw"}},
    )
    assert matchit_call(design) == (
        'matchit(alike, pool, method = "nearest", distance = "glm", exact = ~ `race`, '
        "antiexact = ~ `married`, caliper = c(0.2, .near1 = 3.0), "
        "std.caliper = c(TRUE, FALSE), ratio = 1, "
        'mahvars = nearest_by, replace = FALSE, m.order = "largest")'
    )
    assert "ignore calipers" in remark(design)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"discard": "both", "caliper": THREE},
            "caliper = c(0.2 * sd(pool$.score), .near1 = 3.0, .near2 = 0.5 * sds[2]), "
            "std.caliper = c(FALSE, FALSE, FALSE)",
        ),
        (
            {"distance": "mahalanobis", "caliper": THREE},
            "caliper = c(.near1 = 0.2 * sds[1], .near2 = 3.0, .near3 = 0.5 * sds[3]), "
            "std.caliper = c(FALSE, FALSE, FALSE)",
        ),
        ({"estimand": "ATC"}, 'm.order = "smallest"'),  # whom MatchIt's scores rank
        ({"estimand": "ATC", "order": "smallest"}, 'm.order = "largest"'),
        ({"estimand": "ATC", "order": "closest"}, 'm.order = "closest"'),
        ({"distance": "mahalanobis"}, 'm.order = "data"'),
        (
            {"min_ratio": 2, "max_ratio": 4, "ratio": 3},
            "ratio = 3, min.controls = 2, max.controls = 4,",
        ),
        ({"min_ratio": 3, "max_ratio": 4, "ratio": 3}, "ratio = 3, mahvars"),
        ({"min_ratio": 1, "max_ratio": 3, "ratio": 3}, "ratio = 3, mahvars"),
    ],
    ids=str,
)
def test_the_call_is_in_the_words_and_units_of_matchit(keys, said):
    assert said in matchit_call(lalonde_design(**keys))


def test_the_call_limits_how_often_one_may_serve():
    call = matchit_call(lalonde_design(replacement=True, reuse=2))
    assert 'reuse.max = 2, m.order = "largest"' in call
    assert "replace" not in call


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"method": "ipw"}, "WeightIt does"),
        ({"method": "cardinality"}, "can be as well balanced"),
        ({"order": "random"}, "R's own generator"),
        ({"prefer": [["race"]]}, "prefers nobody"),
        ({"cluster": "race", "match_clusters": {}}, "not first the schools"),
        ({"method": "subclass", "exact": ["race"]}, "without regard to exact"),
        ({"method": "optimal", "caliper": {"distance": {"width": 0.1}}}, "no caliper"),
        (
            {"distance": "euclidean", "caliper": {"distance": RAW}},
            "no caliper on such a distance",
        ),
    ],
)
def test_where_there_is_no_equal_call_it_says_why(keys, why):
    design = lalonde_design(**keys)
    assert matchit_call(design) is None
    assert why in remark(design)

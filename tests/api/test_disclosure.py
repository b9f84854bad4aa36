"""Who may not see students is told nothing of a small group, through whatever door."""

import base64
import json
import re

import pytest

from api.resources.cohorts import LeaversOut
from api.resources.district_gaps import DistrictGapOut
from api.resources.effects import EffectOut, GapOut, InteractionOut
from api.resources.process import AttritionOut
from api.resources.samples import DiscardedOut, GroupBalanceOut, LostOut
from outcomes.disclosure.hiding import hidden_in
from outcomes.disclosure.masked import NAMES, SUPPRESSED, TEXTS
from outcomes.engine.evaluate import evaluate
from outcomes.models import Run
from outcomes.models.findings import Findings
from outcomes.services import leases, report_tables
from outcomes.services.execution import canonical
from tests.api.contract import refuse_undocumented
from tests.api.evaluating import EVALUATIONS, RUNS, work
from tests.engine.lalonde import FRAME, caliper, design
from tests.factories import RoleGrantFactory, UserFactory

SMALL = "hispan"  # seven participants with the outcome
BESIDE = "white"  # the next smallest
PARTS = ("", "report/", "effects/", "gaps/", "balance/", "methods/")
CSV = ("effects/?format=csv", "gaps/?format=csv", "balance/?format=csv")
PLOTS = ("effect-plot/", "gap-plot/", "love-plot/")
SHAPES = {
    "effects": EffectOut,
    "interactions": InteractionOut,
    "balance_by_group": GroupBalanceOut,
    "lost": LostOut,
    "discarded": DiscardedOut,
    "attrition": AttritionOut,
    "gaps": GapOut,
    "gaps_in_district": DistrictGapOut,
}
LEFT = {"participants_left": 1, "comparison_left": 2}


@pytest.fixture(scope="module")
def report():
    """Something in every section, and leavers as a district's own rows tell them."""
    wanted = design(
        covariates=["age", "educ", "married", "nodegree", "race"],
        subgroups=["married", "race"],
        gaps=[{"dimension": "race", "focal": "black", "reference": BESIDE}],
        outcomes=[{"name": "re78", "confirmatory": True}],
        discard="both",
        caliper=caliper(0.1),
        estimator="difference",
    )
    mine = (FRAME["race"] == SMALL) & (FRAME["treat"] == 1)
    known = FRAME["re78"].where(~(mine & (mine.cumsum() <= 4)))
    made = evaluate(FRAME.assign(re78=known), wanted)
    groups = {None: 90, "race=black": 80, f"race={SMALL}": 8, f"race={BESIDE}": 13}
    leavers = [
        {"outcome": "re78", "group": group, "participants": n, "comparison": n, **LEFT}
        for group, n in groups.items()
    ]
    days = {"first_day": "2025-10-15", "last_day": "2025-12-19"}
    numbers = dict.fromkeys(
        ["participants", "entries", "comparison_pool", "later_participation"], 1
    )
    cohort = {**days, **numbers, "not_yet_treated": 0, "joiners": None}
    cohort |= {"excluded": [], "outcome_after_own_start": [], "leavers": leavers}
    return {**made.printed(), "cohort": cohort}


@pytest.fixture
def kept(locked, eva):
    """Findings as the worker keeps them; what to hide may be left open."""

    def kept(report, hidden) -> str:
        where = f"{EVALUATIONS}{locked()['id']}/runs/"
        run = Run.objects.get(pk=eva.post(where).json()["id"])
        found = {"report": canonical(report), "hidden": hidden, "matched": {}}
        leases.finish(leases.take(run.pk), **found, input_hash="i", engine="1")
        return f"/api/v1/runs/{run.pk}/"

    return kept


@pytest.fixture
def run(kept, report):
    return kept(report, hidden_in(report).to_dict())


def hidden_rows(report):
    """Exact rows of the groups that must not be told, by section."""
    groups = {f"race={SMALL}", f"race={BESIDE}"}
    for section in NAMES:
        for row in report[section]:
            labels = {row.get("group"), row.get("focal"), row.get("reference")}
            of_race = row.get("dimension") == "race" and labels & {SMALL, BESIDE}
            is_test = section == "interactions" and row["dimension"] == "race"
            if row.get("group") in groups or of_race or is_test:
                yield section, row
    yield from (
        ("balance", row) for row in report["balance"] if row["covariate"] in groups
    )


def telling(value):
    """The numbers of a row that no other can have by chance, as JSON writes them."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return {each for item in value for each in telling(item)}
    is_telling = isinstance(value, float) and len(repr(value).strip("-0.")) > 7
    return {repr(abs(value))} if is_telling else set()


def texts(client, run):
    return {
        part: client.get(f"{run}{part}").getvalue().decode()
        for part in (*PARTS, *CSV, *PLOTS, "report/?format=html")
    } | {"list": client.get(RUNS).getvalue().decode()}


def test_no_form_of_the_report_carries_a_number_of_a_hidden_group(
    run, report, eva, office
):
    numbers = telling([row for _, row in hidden_rows(report)])
    assert len(numbers) > 40
    told, hidden = texts(office, run), texts(eva, run)
    for part in ("report/", "effects/", "gaps/", "balance/", *CSV):
        assert any(number in told[part] for number in numbers), part
    for part, text in hidden.items():
        assert not [number for number in numbers if number in text], part
    assert all(number in told["report/"] for number in numbers)


def test_the_page_and_its_pictures_say_hidden_instead(run, report, eva, office):
    told, hidden = (texts(c, run)["report/?format=html"] for c in (office, eva))
    cells = {
        cell
        for made in report_tables.tables(report)
        for row in made.rows
        if {f"race: {SMALL}", f"race: {BESIDE}"} & {*row}
        for cell in row
        if re.search(r"\d.*\d", cell)
    }
    shown = {c for t in report_tables.tables(report) for r in t.rows for c in r}
    assert len(cells) > 10
    assert all(cell in told for cell in cells)
    only = {cell for cell in cells if len(cell) > 8 and cell in shown}
    assert only
    assert not [cell for cell in only if cell in hidden]
    assert "<td>hidden</td>" in re.sub(r"<td[^>]*>", "<td>", hidden)
    assert "hidden</td>" not in told
    for page, is_drawn in ((told, True), (hidden, False)):
        pictures = re.findall(r"base64,([\w+/=]+)", page)
        drawn = "".join(base64.b64decode(each).decode() for each in pictures)
        assert (f"race: {BESIDE}" in drawn) == is_drawn


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_drawn_chart_leaves_out_what_the_numbers_do(run, eva, office, plot, form):
    mine, theirs = (c.get(f"{run}{plot}?format={form}").content for c in (eva, office))
    assert mine != theirs


def test_hidden_rows_of_a_section_look_alike_and_as_described(run, report, eva):
    answer = eva.get(f"{run}report/")
    refuse_undocumented(answer)
    shown = answer.json()
    exact = {section for section, _ in hidden_rows(report)} & {*SHAPES}
    assert exact == {*SHAPES}
    for section, shape in SHAPES.items():
        rows = [row for row in shown[section] if SUPPRESSED in row]
        fields = shape().fields.items()
        required = {name for name, field in fields if field.required} | {SUPPRESSED}
        optional = {"n_treated", "n_comparison"}
        for row in rows:
            assert {*row} - required <= optional
            assert required <= {*row}
            values = {k: v for k, v in row.items() if k not in NAMES[section]}
            assert values.pop(SUPPRESSED) is True
            assert not any(values.values())
        assert len(rows) == sum(s == section for s, _ in hidden_rows(report))
    leavers = shown["cohort"]["leavers"]
    assert [row.get(SUPPRESSED, False) for row in leavers] == [False, False, True, True]
    assert {*leavers[-1]} == {*LeaversOut().fields}


def test_no_sentence_says_which_group_is_small(run, report, eva, office):
    assert "small_groups" in {w["code"] for w in report["warnings"]}
    shown = eva.get(f"{run}report/").json()
    said = {warning["code"]: warning["text"] for warning in shown["warnings"]}
    assert said[SUPPRESSED] == TEXTS[SUPPRESSED]
    assert "small_groups" not in said
    assert not [text for text in said.values() if SMALL in text or BESIDE in text]
    exact = office.get(f"{run}report/").json()
    assert exact["warnings"] == report["warnings"]
    assert "is hidden" in eva.get(f"{run}methods/").json()["text"]


def test_each_reader_has_an_etag_of_his_own(run, eva, office):
    for part in ("report/", "effects/", "balance/", "effect-plot/"):
        mine, theirs = eva.get(f"{run}{part}"), office.get(f"{run}{part}")
        assert mine.headers["ETag"] != theirs.headers["ETag"]
        held = {"If-None-Match": theirs.headers["ETag"]}
        assert eva.get(f"{run}{part}", headers=held).status_code == 200


def test_who_sees_the_students_of_one_school_reads_as_an_evaluator(
    run, report, eva, client_of, district
):
    both = UserFactory(username="both", evaluator=True, coordinator_of=district.school)
    assert client_of(both).get(f"{run}effects/").json() == (
        eva.get(f"{run}effects/").json()
    )
    RoleGrantFactory(user=both, role="admin")
    exact = client_of(both).get(f"{run}effects/").json()
    assert exact == json.loads(canonical(report))["effects"]


def test_a_run_of_before_masks_hides_every_group(kept, report, eva, office):
    run = kept(report, None)
    shown = eva.get(f"{run}report/").json()
    of_groups = [row for row in shown["effects"] if row["group"]]
    assert all(row[SUPPRESSED] for row in of_groups)
    assert shown["effects"][0]["estimate"] == report["effects"][0]["estimate"]
    assert "protection_not_proven" in {w["code"] for w in shown["warnings"]}
    rows = office.get(f"{run}effects/").json()
    assert rows == json.loads(canonical(report))["effects"]


def test_a_run_that_kept_its_pairs_in_the_report_shows_them_to_nobody(
    kept, report, eva, office
):
    run = kept({**report, "pairs": [{"unit": "1", "set": 1, "treated": True}]}, None)
    for reader in (eva, office):
        assert "pairs" not in reader.get(f"{run}report/").json()


def test_where_every_group_has_enough_both_read_the_same(kept, eva, office):
    wanted = design(subgroups=["married"], method="nearest", estimator="difference")
    report = evaluate(FRAME, wanted).printed()
    hidden = hidden_in(report)
    assert not hidden
    run = kept({**report, "cohort": None}, hidden.to_dict())
    for part in ("effects/", "balance/", *CSV, *PLOTS):
        mine, theirs = eva.get(f"{run}{part}"), office.get(f"{run}{part}")
        assert mine.getvalue() == theirs.getvalue()


def test_diagnostics_are_hidden_by_the_same_rule(drafted, eva, office, district):
    """By the worker's own path: eight participants, four of each group."""
    where = f"{EVALUATIONS}{drafted()['id']}/diagnostics/"
    eva.get(where)
    work()
    mine, theirs = eva.get(where).json(), office.get(where).json()
    assert Findings.objects.get().hidden["groups"] == {
        "race_ethnicity": ["black", "white"]
    }
    assert all(row[SUPPRESSED] for row in mine["balance_by_group"])
    assert [row["n_treated"] for row in theirs["balance_by_group"]] == [4, 4]

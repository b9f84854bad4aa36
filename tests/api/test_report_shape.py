"""Every key that a report holds is described, and every value of a row has a column."""

import numpy as np
import pytest

from api.resources.effects import EffectOut, GapOut
from api.resources.runs import paths_of, value_at
from api.resources.samples import BalanceOut
from outcomes.engine.evaluate import evaluate
from tests.api.contract import followed
from tests.engine.lalonde import FRAME, caliper, design
from tests.engine.test_cluster_sets import design as two_levels
from tests.engine.test_cluster_sets import made_up

GAP = {"dimension": "race", "focal": "black", "reference": "white", "meets": 5000}
EARNINGS = {"name": "re78", "confirmatory": True, "domain": "earnings", "matters": 500}
WITHOUT_SHAPE = {"design"}  # any object: the grammar of designs reads it


def of_everything():
    """Something in every section, with students who have no outcome."""
    frame = FRAME.assign(re78=FRAME["re78"].where(np.arange(len(FRAME)) % 11 > 0))
    wanted = design(
        pretests=[{"name": "re75", "same_as": "re78", "domain": "earnings"}],
        covariates=["age", "educ", "married", "nodegree", "re74"],
        subgroups=["married", "race"],
        gaps=[GAP],
        outcomes=[EARNINGS],
        caliper=caliper(0.02),
        cluster="educ",
        placebo=["re74"],
        prefer=[["race"]],
    )
    return evaluate(frame, wanted).report()


def of_those_who_did_not_take_part():
    some = {"name": "some", "kind": "binary", "matters": 0.1}
    frame = FRAME.assign(some=np.where(FRAME["treat"] == 1, 1, FRAME["married"]))
    wanted = design(
        estimand="ATC", replacement=True, outcomes=[some], errors=["bootstrap"]
    )
    return evaluate(frame, wanted).report()


REPORTS = {
    "everything": of_everything,
    "comparison": of_those_who_did_not_take_part,
    "clusters": lambda: evaluate(made_up(5, taking_part=3), two_levels()).report(),
    "exact": lambda: evaluate(FRAME, design(method="exact", gaps=[GAP])).report(),
}


@pytest.fixture(scope="module", params=REPORTS)
def found(request):
    report = REPORTS[request.param]()
    return {name: part for name, part in report.items() if name != "pairs"}


def test_every_key_of_a_report_is_described(found):
    whole = {"$ref": "#/components/schemas/ReportOut"}
    assert [*undescribed(found, whole, "")] == []


@pytest.mark.parametrize(
    ("section", "shape"),
    [("effects", EffectOut), ("gaps", GapOut), ("balance", BalanceOut)],
)
def test_every_value_of_a_row_has_a_column(found, section, shape):
    paths = paths_of(shape())
    for row in found[section]:
        values = {path: value_at(row, path) for path in paths}
        for path, value in scalars(row):
            assert values[path] == value, path


def scalars(row: dict):
    for key, value in row.items():
        if isinstance(value, dict):
            yield from (((key, *path), inner) for path, inner in scalars(value))
        elif not isinstance(value, list | None):  # a record that is not there is null
            yield (key,), value


def undescribed(value, schema: dict, path: str):
    """Paths of keys that the document does not know."""
    schema = resolved(schema)
    if isinstance(value, list):
        for item in value:
            yield from undescribed(item, schema["items"], f"{path}[]")
    if not isinstance(value, dict) or path.removeprefix(".") in WITHOUT_SHAPE:
        return
    known, others = schema.get("properties", {}), schema.get("additionalProperties")
    for key, item in value.items():
        if inner := known.get(key, others):
            yield from undescribed(item, inner, f"{path}.{key}")
        else:
            yield f"{path}.{key}"


def resolved(schema: dict) -> dict:
    """The shape behind a reference, and of two the one that is not null."""
    for way in ("allOf", "oneOf", "anyOf"):
        if way in schema:
            kinds = [kind for kind in schema[way] if kind.get("type") != "null"]
            return resolved(kinds[0])
    return resolved(followed(schema)) if "$ref" in schema else schema

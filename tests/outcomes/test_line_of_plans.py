"""Plans that name each other as parent are one line, found without reading the rest."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outcomes.models import Evaluation
from outcomes.services import history
from tests.factories import EvaluationFactory, PlanVersionFactory, RunFactory

pytestmark = pytest.mark.django_db


def first_of(pk: int, parents: dict[int, int | None]) -> int:
    while (parent := parents[pk]) is not None:
        pk = parent
    return pk


@pytest.mark.parametrize("seed", range(3))
def test_a_line_holds_all_that_come_of_one_plan(seed):
    random, plans = Random(seed), []
    for _ in range(24):
        parent = random.choice([None, *plans])
        one = EvaluationFactory(parent=parent)
        plans.append(one)
    parents = dict(Evaluation.objects.values_list("pk", "parent"))
    for plan in plans:
        first = first_of(plan.pk, parents)
        line = sorted(pk for pk in parents if first_of(pk, parents) == first)
        assert history.line_of(plan) == line


def test_a_line_is_found_by_one_query():
    plan = EvaluationFactory(parent=EvaluationFactory())
    EvaluationFactory.create_batch(3)
    with CaptureQueriesContext(connection) as asked:
        assert history.line_of(plan) == [plan.parent.pk, plan.pk]
    assert len(asked) == 1


def test_what_came_first_is_told_first_in_whatever_order_it_was_written(monkeypatch):
    plan, now = EvaluationFactory(locked=True), timezone.now()
    for day in (2, 1, 3):
        monkeypatch.setattr(timezone, "now", lambda day=day: now + timedelta(day))
        PlanVersionFactory(evaluation=plan, version=day, design_hash=f"{day}" * 64)
        RunFactory(evaluation=plan, design_hash=f"{day}" * 64)
    found = history.told(plan)
    assert [row["version"] for row in found["designs"]] == [1, 2, 3]
    assert [row["number"] for row in found["runs"]] == [1, 2, 3]

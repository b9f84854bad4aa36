"""The admin shows plans and runs; it neither changes them nor shows what was found."""

import pytest
from django.contrib import admin
from django.urls import reverse

from outcomes.models import Evaluation
from tests.factories import MeasureFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db
OURS = [model for model in admin.site._registry if model._meta.app_label == "outcomes"]


@pytest.fixture
def desk(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def page(model, name, *args):
    return reverse(f"admin:outcomes_{model._meta.model_name}_{name}", args=args)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_it_shows_and_makes_nothing(desk, model):
    RunFactory()
    MeasureFactory()
    row = model.objects.first()
    for address in (page(model, "changelist"), page(model, "change", row.pk)):
        assert desk.get(address, secure=True).status_code == 200
    assert desk.get(page(model, "add"), secure=True).status_code == 403


def test_a_plan_is_neither_changed_nor_deleted(desk):
    evaluation = RunFactory().evaluation
    for name in ("change", "delete"):
        address = page(Evaluation, name, evaluation.pk)
        assert desk.post(address, {"name": "Other"}, secure=True).status_code == 403


def test_findings_and_scores_have_no_page():
    assert {model.__name__ for model in OURS} == {"Measure", "Evaluation", "Run"}

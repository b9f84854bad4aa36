"""Every model can be made, names no child when printed, and keeps each of its facts."""

import inspect

import pytest
from django.apps import apps
from django.db.models.constraints import BaseConstraint

import tests.factories
from tests.house.source import ROOT

OURS = [
    model
    for label in ("enrollment", "outcomes")
    for model in apps.get_app_config(label).get_models()
    if not model.__name__.startswith("Historical")
]
FACTORIES = {
    factory._meta.model: factory
    for _, factory in inspect.getmembers(tests.factories, inspect.isclass)
    if hasattr(factory, "_meta")
}


def every_test() -> str:
    folders = ("enrollment", "outcomes")
    return "".join(
        path.read_text()
        for folder in folders
        for path in (ROOT / "tests" / folder).rglob("test_*.py")
    )


def constraints() -> list[BaseConstraint]:
    return [constraint for model in OURS for constraint in model._meta.constraints]


@pytest.mark.django_db
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_model_has_a_factory_whose_row_the_database_accepts(model):
    assert FACTORIES[model].create().pk is not None


@pytest.mark.django_db
def test_a_student_printed_to_a_log_shows_no_name_and_no_number():
    student = FACTORIES[apps.get_model("enrollment", "Student")].create(
        first_name="Canary", last_name="Wren", lasid="0042"
    )
    for text in (str(student), repr(student)):
        assert not {"Canary", "Wren", "0042"} & set(text.split())


@pytest.mark.parametrize("constraint", constraints(), ids=lambda c: c.name)
def test_a_constraint_has_a_test_that_it_refuses(constraint):
    assert constraint.name in every_test()

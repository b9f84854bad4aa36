import pytest
from django.apps import apps
from factory.django import DjangoModelFactory

from enrollment.models import Status
from outcomes.models import Period, RunState, ScoreStatus
from tests import factories

FACTORIES = [getattr(factories, name) for name in factories.__all__]
MODELS = {
    model
    for app in ["enrollment", "outcomes"]
    for model in apps.get_app_config(app).get_models()
    if not hasattr(model, "instance_type")  # a row of history is written by the app
}


def test_every_model_has_a_factory():
    assert {it._meta.model for it in DjangoModelFactory.__subclasses__()} >= MODELS


@pytest.mark.django_db
@pytest.mark.parametrize("factory", FACTORIES, ids=lambda it: it.__name__)
def test_what_a_factory_makes_is_stored_twice_over(factory):
    assert factory().pk is not None
    assert str(factory())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("factory", "field", "value"),
    [
        *[(factories.EnrollmentFactory, "status", value) for value in Status.values],
        *[(factories.RunFactory, "state", value) for value in RunState.values],
        *[(factories.ScoreFactory, "period", value) for value in Period.values],
        *[(factories.ScoreFactory, "status", value) for value in ScoreStatus.values],
        (factories.EvaluationFactory, "locked", True),
        (factories.UserFactory, "admin", True),
    ],
    ids=str,
)
def test_a_factory_fits_the_rest_to_a_status(factory, field, value):
    factory(**{field: value})

"""The admin shows; it does not edit a spell."""

import pytest
from django.contrib import admin
from django.urls import reverse

from enrollment.models import Enrollment, User
from tests.factories import EnrollmentFactory, TransitionFactory, UserFactory

pytestmark = pytest.mark.django_db
OURS = [
    model for model in admin.site._registry if model._meta.app_label == "enrollment"
]


@pytest.fixture
def desk(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def page(model, name, *args):
    return reverse(f"admin:enrollment_{model._meta.model_name}_{name}", args=args)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_and_every_record_is_shown(desk, model):
    TransitionFactory()
    row = model.objects.first()
    for address in (page(model, "changelist"), page(model, "change", row.pk)):
        assert desk.get(address, secure=True).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_only_users_are_made_here(desk, model):
    answer = desk.get(page(model, "add"), secure=True)
    assert answer.status_code == (200 if model is User else 403)


def test_a_spell_is_neither_changed_nor_deleted(desk):
    enrollment = EnrollmentFactory()
    for name in ("change", "delete"):
        address = page(Enrollment, name, enrollment.pk)
        assert desk.post(address, {"status": "void"}, secure=True).status_code == 403
    assert Enrollment.objects.get().status == "enrolled"

import pytest
from knox.models import AuthToken
from rest_framework.test import APIClient

from api import clock
from tests.api.world import build_world
from tests.factories import UserFactory
from tests.factories.days import MIDWINTER


@pytest.fixture(autouse=True)
def midwinter(monkeypatch):
    """The API asks for the day in one place; here it is always the same day."""
    monkeypatch.setattr(clock, "today", lambda: MIDWINTER)


@pytest.fixture
def world(db):
    return build_world()


@pytest.fixture
def client_of(db):
    """A client that carries a token of the user."""

    def made(user) -> APIClient:
        _, token = AuthToken.objects.create(user)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return made


@pytest.fixture
def office(client_of):
    return client_of(UserFactory(username="office", admin=True))


@pytest.fixture
def coordinator(client_of, world):
    """Of school A only."""
    return client_of(UserFactory(username="cora", coordinator_of=world.own["schools"]))


@pytest.fixture
def clients(office, coordinator, client_of):
    evaluator = UserFactory(username="eva", evaluator=True)
    return {
        "admin": office,
        "coordinator": coordinator,
        "evaluator": client_of(evaluator),
        "anonymous": APIClient(),
    }

import pytest
from knox.models import AuthToken
from rest_framework.test import APIClient

from api import clock
from tests.api.evaluating import EVALUATIONS, QUESTION, work
from tests.api.world import build_world
from tests.factories import UserFactory
from tests.factories.days import MIDWINTER
from tests.outcomes.conftest import SmallDistrict


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


# --- A district with something to evaluate, and who evaluates it.


@pytest.fixture
def district(db):
    district = SmallDistrict()
    district.populate()
    return district


@pytest.fixture
def eva(client_of):
    return client_of(UserFactory(username="eva", evaluator=True))


@pytest.fixture
def drafted(district, eva):
    """A plan over HTTP, with what is changed in it."""

    def drafted(**more) -> dict:
        made = eva.post(EVALUATIONS, QUESTION | more)
        assert made.status_code == 201, made.content
        return made.json()

    return drafted


@pytest.fixture
def locked(drafted, eva):
    def locked(**more) -> dict:
        where = f"{EVALUATIONS}{drafted(**more)['id']}/lock/"
        return eva.post(where, headers={"If-Match": '"v1"'}).json()

    return locked


@pytest.fixture
def answered(locked, eva):
    """The address of a run of a locked plan that a worker has done."""
    made = eva.post(f"{EVALUATIONS}{locked()['id']}/runs/")
    work()
    return made.headers["Location"]

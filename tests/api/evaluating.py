"""A district with something to evaluate, and a worker that is always at hand."""

import pytest

from outcomes.models import Run, RunState
from outcomes.services import execution
from tests.factories import UserFactory
from tests.outcomes.conftest import SmallDistrict

EVALUATIONS = "/api/v1/evaluations/"
RUNS = "/api/v1/runs/"
DESIGN = {
    "outcomes": ["ela"],
    "covariates": ["low_income"],
    "pretests": ["ela"],
    "exact": [],
    "cluster": None,
    "gaps": [{"dimension": "race_ethnicity", "focal": "black", "reference": "white"}],
}
QUESTION = {
    "name": "Did it help?",
    "program": "ten-boys",
    "rivals": ["ten-girls"],
    "first_day": "2025-10-15",
    "last_day": "2025-12-19",
    "design": DESIGN,
}


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


def work() -> None:
    """What a worker does, without its loop: every run in the queue."""
    for run in Run.objects.filter(state=RunState.QUEUED):
        execution.execute(run.pk)

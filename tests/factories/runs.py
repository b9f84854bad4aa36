from datetime import timedelta

import factory

from outcomes.models import FINISHED, Run, RunState
from tests.factories.days import NOON
from tests.factories.evaluations import EvaluationFactory
from tests.factories.users import UserFactory


def where(states, value, otherwise=None):
    return factory.LazyAttribute(lambda it: value if it.state in states else otherwise)


class RunFactory(factory.django.DjangoModelFactory):
    """Times, lease and hashes follow the state, so that any state is valid."""

    class Meta:
        model = Run

    evaluation = factory.SubFactory(EvaluationFactory, locked=True)
    evaluation_version = factory.SelfAttribute("evaluation.version")
    state = RunState.QUEUED
    requested_by = factory.SubFactory(UserFactory)
    started_at = where([RunState.RUNNING, *FINISHED], NOON)
    lease_until = where([RunState.RUNNING], NOON + timedelta(minutes=1))
    finished_at = where(FINISHED, NOON + timedelta(minutes=1))
    attempt = where([RunState.QUEUED], 0, 1)
    progress = where([RunState.DONE], 1.0, 0.0)
    design_hash = where([RunState.DONE], "d" * 64, "")
    input_hash = where([RunState.DONE], "i" * 64, "")
    engine = where([RunState.DONE], "1.0", "")
    error_code = where([RunState.FAILED], "no_overlap", "")
    error = where([RunState.FAILED], "Nobody is comparable.", "")

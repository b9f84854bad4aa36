"""A frame is read in many statements, and shows the database at one moment."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection

from outcomes import frames
from outcomes.models import Score
from outcomes.moment import one_moment
from outcomes.services import evaluations
from tests.outcomes.conftest import SmallDistrict

BEFORE, AFTER, LATER = 480, 505, 540


@pytest.fixture
def evaluation(transactional_db):
    district = SmallDistrict()
    district.participant(before=BEFORE, after=AFTER)
    return district.evaluation()


def elsewhere(work):
    """On a connection of its own, as another process would."""

    def one():
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(one).result()


@contextmanager
def corrected_on_the_way():
    """Somebody else commits other scores once the first were read."""
    seen = []

    def watch(execute, sql, *more):
        found = execute(sql, *more)
        if '"outcomes_score"."value"' in sql and not sql.startswith("EXPLAIN"):
            seen.append(sql)
            if len(seen) == 1:
                elsewhere(lambda: Score.objects.update(value=LATER))
        return found

    with connection.execute_wrapper(watch):
        yield
    assert len(seen) > 1


def scores_of(evaluation, frame_of) -> tuple[float, float]:
    plan = evaluations.plan_of(evaluation)
    with corrected_on_the_way():
        made = frame_of(evaluation, plan, with_outcomes=True)
    ((before, after),) = made.table[["ela_before", "ela"]].to_numpy(dtype=float)
    return before, after


def test_a_frame_holds_one_state_though_others_commit(evaluation):
    assert scores_of(evaluation, frames.frame_of) == (BEFORE, AFTER)
    assert set(Score.objects.values_list("value", flat=True)) == {LATER}


def test_without_one_moment_two_states_are_mixed(evaluation):
    """The control, for the test above can fail."""
    in_many = frames.frame_of.__wrapped__
    assert scores_of(evaluation, in_many) == (BEFORE, LATER)


@pytest.mark.django_db(transaction=True)
def test_a_moment_within_a_moment_is_the_same():
    with one_moment():
        assert not Score.objects.exists()
        with one_moment():
            assert connection.in_atomic_block
        elsewhere(SmallDistrict)
        assert connection.in_atomic_block
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_no_writer_waits_for_who_reads_one_moment():
    with one_moment():
        assert not Score.objects.exists()
        elsewhere(lambda: SmallDistrict().student(before=BEFORE))
        assert not Score.objects.exists()
    assert Score.objects.exists()

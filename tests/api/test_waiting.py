"""Who waits for what another holds is told to come back, on either database."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from rest_framework.test import APIClient

from enrollment.models import School
from programs_tracker import environment
from tests.factories import SchoolFactory

pytestmark = pytest.mark.django_db(transaction=True)
NO_PATIENCE = {
    "postgresql": "SET lock_timeout = '200ms'",
    "sqlite": "PRAGMA busy_timeout = 200",
}


@pytest.fixture
def impatient():
    """A connection that waits a fifth of a second; a pool would keep it so."""
    with connection.cursor() as cursor:
        cursor.execute(NO_PATIENCE[connection.vendor])
        yield
        if connection.vendor == "postgresql":
            cursor.execute("RESET lock_timeout")
    connection.close()


def rename(client, school, name):
    copied = APIClient()
    copied.credentials(**client._credentials)
    return copied.patch(
        f"/api/v1/schools/{school.pk}/", {"name": name}, headers={"If-Match": '"v1"'}
    )


def hold(school, is_held: Event, let_go: Event) -> None:
    try:
        with transaction.atomic():
            School.objects.select_for_update().get(pk=school.pk)
            is_held.set()
            let_go.wait(30)
    finally:
        connection.close()


def test_a_record_that_another_holds_is_busy_and_then_it_is_not(office, impatient):
    school, is_held, let_go = SchoolFactory(), Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold, school, is_held, let_go)
        assert is_held.wait(30)
        refused = rename(office, school, "Of the second")
        let_go.set()
        holding.result()
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert refused.headers["Retry-After"] == "1"
    assert rename(office, school, "Of the second").status_code == 200


def test_every_connection_has_that_much_patience(db):
    patience = {
        "postgresql": ("SHOW lock_timeout", f"{environment.lock_seconds()}s"),
        "sqlite": ("PRAGMA busy_timeout", environment.lock_seconds() * 1000),
    }
    question, answer = patience[connection.vendor]
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(question)
        assert cursor.fetchone()[0] == answer


@pytest.mark.parametrize(
    ("address", "key", "found"),
    [
        ("postgresql://u@h/n", "options", "-c lock_timeout=7s"),
        (
            "postgresql://u@h/n?options=-c%20search_path%3Dx",
            "options",
            "-c search_path=x -c lock_timeout=7s",
        ),
        ("sqlite:///x", "timeout", 7),
    ],
)
def test_patience_is_a_setting(monkeypatch, tmp_path, address, key, found):
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("LOCK_SECONDS", "7")
    assert environment.database(embedded=tmp_path / "x")["OPTIONS"][key] == found
    monkeypatch.setenv("LOCK_SECONDS", "soon")
    with pytest.raises(
        ImproperlyConfigured, match="LOCK_SECONDS='soon' is not a count"
    ):
        environment.database(embedded=tmp_path / "x")

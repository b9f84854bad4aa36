"""Every route, verb and role: the table in matrix.py, asked row by row over HTTP."""

import json

import pytest
from django.urls import reverse

import api.urls
from tests.api.contract import refuse_undocumented
from tests.api.matrix import ROLES, ROWS
from tests.api.world import ABSENT, CANARIES

pytestmark = pytest.mark.django_db


def routes() -> set[tuple[str, str]]:
    """What the router really answers, read from the URLs themselves."""
    found = set()
    for pattern in api.urls.urlpatterns:
        callback = pattern.callback
        if pattern.name is None:
            continue
        verbs = getattr(callback, "actions", None) or [
            verb
            for verb in ("get", "post", "put", "patch", "delete")
            if hasattr(callback.cls, verb)
        ]
        found |= {(pattern.name, verb.upper()) for verb in verbs if verb != "head"}
    return found


def address(route: str, pk=None) -> str:
    return reverse(route, kwargs={} if pk is None else {"pk": pk})


def is_about_one(route: str) -> bool:
    return any(
        pattern.name == route and "pk" in pattern.pattern.regex.groupindex
        for pattern in api.urls.urlpatterns
    )


def kind_of(row) -> str:
    return row.kind or row.route.rpartition("-")[0]


def ask(client, row, world, record=None):
    pk = getattr(record, "pk", record)
    headers = {"If-Match": f'"v{getattr(record, "version", 1)}"'}
    return client.generic(
        row.verb,
        address(row.route, pk),
        data=encoded(row.body(world)),
        content_type="application/json",
        headers=headers,
    )


def encoded(body) -> str:
    return "" if body is None else json.dumps(body)


def test_every_route_has_a_row_and_every_row_a_route():
    assert routes() == {(row.route, row.verb) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.verb} {row.route}")
@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_the_answer_of_the_table(row, role, clients, world):
    record = world.own[kind_of(row)] if is_about_one(row.route) else None
    response = ask(clients[role], row, world, record)
    assert response.status_code == getattr(row, role), response.content
    refuse_undocumented(response)
    if role != "admin":
        assert not canaries_in(response)


ABOUT_ONE = [row for row in ROWS if is_about_one(row.route)]


@pytest.mark.parametrize("row", ABOUT_ONE, ids=lambda row: f"{row.verb} {row.route}")
def test_a_coordinator_is_told_nothing_about_another_schools_record(
    row, coordinator, world
):
    response = ask(coordinator, row, world, world.foreign[kind_of(row)])
    everyones = row.coordinator if row.foreign is None else row.foreign
    assert response.status_code == everyones, response.content
    assert not canaries_in(response)


@pytest.mark.parametrize("row", ABOUT_ONE, ids=lambda row: f"{row.verb} {row.route}")
@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_there_is_not_found(row, role, clients, world):
    response = ask(clients[role], row, world, ABSENT)
    allowed = getattr(row, role) not in {401, 403}
    assert response.status_code == (404 if allowed else getattr(row, role))


KEEPING = [row for row in ROWS if row.route != "tokens-current"]


@pytest.mark.parametrize("row", KEEPING, ids=lambda row: f"{row.verb} {row.route}")
def test_no_row_is_deleted_over_http(row, office, world):
    record = world.own[kind_of(row)] if is_about_one(row.route) else None
    url = address(row.route, getattr(record, "pk", None))
    assert office.delete(url).status_code == 405


def canaries_in(response) -> list[str]:
    said = b"".join(response).decode() if response.streaming else response.text
    said += str(dict(response.headers))
    return [canary for canary in CANARIES if canary in said]

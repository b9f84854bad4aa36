"""Odd values at every documented place: always an answer that the document foresees."""

import re

import pytest

from tests.api.contract import document, followed, refuse_undocumented

pytestmark = pytest.mark.django_db
ODD_WORDS = ["-1", "9" * 30, "null", "' OR 1=1 --", "😀", "1,2,,", "2026-02-30", "\x00"]
ODD_VALUES = [None, True, -1, 2**40, 1.5, "", "x" * 600, "😀", [], [[]], {}, {"pk": 1}]


def operations(*verbs: str) -> list:
    return [
        pytest.param(path, verb, operation, id=f"{verb} {path}")
        for path, item in document()["paths"].items()
        for verb, operation in item.items()
        if verb in verbs and "/tokens/" not in path
    ]


def address(path: str, world) -> str:
    kind = path.split("/")[3]
    return re.sub(r"\{.*?\}", lambda _: str(world.own[kind].pk), path)


def parameters(operation: dict, place: str) -> list[str]:
    found = operation.get("parameters", [])
    return [each["name"] for each in found if each["in"] == place]


def keys_of_body(operation: dict) -> list[str]:
    body = operation.get("requestBody")
    if not body:
        return []
    schema = body["content"]["application/json"]["schema"]
    return list(followed(schema).get("properties", {}))


@pytest.mark.parametrize(("path", "verb", "operation"), operations("get"))
def test_an_odd_parameter_gets_a_foreseen_answer(path, verb, operation, office, world):
    for name in parameters(operation, "query"):
        for word in ODD_WORDS:
            response = office.get(address(path, world), {name: word})
            assert response.status_code < 500, (name, word)
            if not response.streaming:
                refuse_undocumented(response)


@pytest.mark.parametrize(("path", "verb", "operation"), operations("post", "patch"))
def test_an_odd_body_gets_a_foreseen_answer(path, verb, operation, office, world):
    for key in keys_of_body(operation):
        for value in ODD_VALUES:
            response = getattr(office, verb)(
                address(path, world), {key: value}, headers={"If-Match": '"v1"'}
            )
            assert response.status_code < 500, (key, value)
            refuse_undocumented(response)

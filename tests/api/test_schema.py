"""The committed OpenAPI document is the one that the code makes, and says it all."""

import json

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from tests.api.contract import DOCUMENT, document


def made() -> dict:
    whole = SchemaGenerator().get_schema(request=None, public=True)
    return json.loads(json.dumps(whole, default=str))


def test_the_committed_document_is_what_the_code_says():
    assert made() == document(), (
        "Run: manage.py spectacular --fail-on-warn --format openapi-json "
        f"--file {DOCUMENT.relative_to(DOCUMENT.parents[1])}"
    )


def test_it_is_openapi_3_1():
    assert document()["openapi"].startswith("3.1")
    validate_schema(document())


@pytest.mark.django_db
def test_it_is_served_to_everyone():
    served = APIClient().get("/api/v1/schema/")
    assert json.loads(served.content) == document()
    page = APIClient().get("/api/v1/docs/")
    assert page.status_code == 200
    assert "http" not in page.text.replace("http-equiv", "")


OPERATIONS = [
    pytest.param(path, verb, operation, id=f"{verb} {path}")
    for path, item in document()["paths"].items()
    for verb, operation in item.items()
]


@pytest.mark.parametrize(("path", "verb", "operation"), OPERATIONS)
def test_an_operation_tells_how_it_can_fail(path, verb, operation):
    told = set(operation["responses"])
    assert told >= {"400", "401", "429"}
    if "{" in path:
        assert "404" in told
    if verb == "patch":
        assert told >= {"409", "412", "428"}
        names = {each["name"] for each in operation["parameters"]}
        assert "If-Match" in names


@pytest.mark.parametrize(("path", "verb", "operation"), OPERATIONS)
def test_an_operation_has_a_description(path, verb, operation):
    assert operation["description"]

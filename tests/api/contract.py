"""Holds an answer against the committed OpenAPI document: status, form and content."""

import json
from functools import cache

from django.urls import resolve
from jsonschema import Draft202012Validator

from tests.house.source import ROOT

DOCUMENT = ROOT / "api" / "openapi.json"
UNDESCRIBED = {"schema", "docs"}


@cache
def document() -> dict:
    return json.loads(DOCUMENT.read_text())


def refuse_undocumented(response) -> None:
    """Fails unless the document foresees this status and the shape of this body."""
    request = response.wsgi_request
    match = resolve(request.path)
    if match.url_name in UNDESCRIBED:
        return
    described = operation(request)["responses"]
    status = str(response.status_code)
    assert status in described, f"{request.method} {request.path}: {status}"
    content = followed(described[status]).get("content")
    if content is None:
        assert not response.content
        return
    media_type = response["Content-Type"].partition(";")[0]
    assert media_type in content
    if media_type.endswith("json"):
        refuse_other_shape(response.json(), content[media_type]["schema"])


def operation(request) -> dict:
    return path_item(request.path)[request.method.lower()]


def path_item(path: str) -> dict:
    parts = path.strip("/").split("/")
    for template, item in document()["paths"].items():
        wanted = template.strip("/").split("/")
        if len(wanted) == len(parts) and all(
            want == part or (want.startswith("{") and part.isdigit())
            for want, part in zip(wanted, parts, strict=True)
        ):
            return item
    raise AssertionError(f"{path} is not in the document")


def followed(described: dict) -> dict:
    if "$ref" not in described:
        return described
    found = document()
    for step in described["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def refuse_other_shape(body, schema: dict) -> None:
    whole = {**schema, "components": document()["components"]}
    errors = list(Draft202012Validator(whole).iter_errors(body))
    assert not errors, errors[0]

"""Every error in one shape: RFC 9457 problem documents with a stable code.

What a reader can mend is said once here; a bug is logged whole and answered bare.
"""

import logging
import re
from dataclasses import dataclass, field
from http import HTTPStatus

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import IntegrityError, OperationalError
from django.db.models import ProtectedError
from django.http import Http404
from django.http.response import HttpResponseBase
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from api.log_in import page_for
from api.parameters import BadParameter
from api.parsing import BodyTooLarge, Malformed
from enrollment.services.constraints import constraint_of, refusal_of
from enrollment.services.refusal import Refused, StaleVersion
from outcomes.designs.errors import DesignError

log = logging.getLogger("api")
MEDIA_TYPE = "application/problem+json"
WHAT_TO_DO = {  # where the framework only says what it cannot do
    "not_authenticated": "Log in first: send `Authorization: Bearer` and a token, "
    "which POST /api/v1/tokens/ gives.",
    "method_not_allowed": "This address has no such method: see `Allow`.",
    "not_acceptable": "Answers are JSON: accept application/json, or say nothing.",
    "unsupported_media_type": "Send JSON, with `Content-Type: application/json`.",
}
BUSY = ("locked", "lock timeout", "deadlock", "statement timeout", "too many")


@dataclass(frozen=True)
class Problem:
    status: int
    code: str
    detail: str
    errors: list[dict] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def document(self, request) -> dict:
        return {
            "type": f"urn:programs-tracker:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": request.path,
            "code": self.code,
            "request_id": getattr(request, "request_id", ""),
            "errors": self.errors,
        }


BUG = Problem(500, "internal_error", "The server failed; it has been noted.")


def problem_response(error: Exception, context: dict) -> HttpResponseBase:
    problem = problem_of(error)
    request = context["request"]
    if page := page_for(error, request):
        return page
    if problem.status >= 500:
        log.error("%s %s", request.method, request.path, exc_info=error)
    set_rollback()
    return Response(
        problem.document(request),
        problem.status,
        headers=problem.headers,
        content_type=MEDIA_TYPE,
    )


def problem_of(error: Exception) -> Problem:
    for kind, translate in TRANSLATIONS:
        if isinstance(error, kind):
            return translate(error)
    return BUG


def invalid(error: exceptions.ValidationError) -> Problem:
    start = "?" if isinstance(error, BadParameter) else "/"
    errors = list(flattened(error.detail, "", start))
    if len(errors) == 1:
        return Problem(400, errors[0]["code"], errors[0]["detail"], errors)
    return Problem(400, "invalid", f"{len(errors)} things are wrong.", errors)


def flattened(detail, pointer: str, separator: str = "/"):
    """One entry for each leaf of nested error details, with the way to it."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            way = str(key).replace("~", "~0").replace("/", "~1")
            own = pointer if key == "non_field_errors" else f"{pointer}{separator}{way}"
            yield from flattened(inner, own)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            is_leaf = isinstance(inner, exceptions.ErrorDetail)
            yield from flattened(inner, pointer if is_leaf else f"{pointer}/{index}")
    else:
        yield {"pointer": pointer, "code": detail.code, "detail": str(detail)}


def malformed(error: Malformed) -> Problem:
    code, detail = error.detail.code, str(error.detail)
    errors = [{"pointer": error.pointer, "code": code, "detail": detail}]
    return Problem(400, code, detail, errors)


def refused(error: Refused) -> Problem:
    status = 412 if isinstance(error, StaleVersion) else 409
    return Problem(status, error.code, str(error))


def wrong_design(error: DesignError) -> Problem:
    """A key of a design, by its place in the body that carries it."""
    steps = re.findall(r"[^.\[\]]+", error.path)
    pointer = "/".join(["/design", *steps])
    errors = [{"pointer": pointer, "code": error.code, "detail": str(error)}]
    return Problem(400, error.code, str(error), errors)


def broken_fact(error: IntegrityError) -> Problem:
    """A race that no rule foresaw: the database had the last word."""
    name = constraint_of(error)
    return BUG if name is None else refused(refusal_of(name))


def operational(error: OperationalError) -> Problem:
    if any(word in str(error).lower() for word in BUSY):
        sentence = "Others are writing the same records: try again in a second."
        return Problem(503, "busy", sentence, headers={"Retry-After": "1"})
    sentence = "The database cannot be reached: try again in a minute."
    return Problem(503, "no_database", sentence)


def other_api_error(error: exceptions.APIException) -> Problem:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) or 1)
    code = getattr(error.detail, "code", error.default_code)
    detail = WHAT_TO_DO.get(code, str(error.detail))
    return Problem(error.status_code, code, detail, headers=headers)


def always(status: int, code: str, detail: str):
    return lambda error: Problem(status, code, detail)


NOT_FOUND = always(404, "not_found", "There is nothing here that you may see.")
TRANSLATIONS = [
    (Refused, refused),
    (DesignError, wrong_design),
    (exceptions.ValidationError, invalid),
    (Malformed, malformed),
    ((Http404, exceptions.NotFound), NOT_FOUND),
    (exceptions.APIException, other_api_error),
    (PermissionDenied, always(403, "permission_denied", "You may not do this.")),
    (
        RequestDataTooBig,
        always(413, BodyTooLarge.default_code, BodyTooLarge.default_detail),
    ),
    (SuspiciousOperation, always(400, "bad_request", "This request is not sound.")),
    (
        ProtectedError,
        always(409, "protected", "Other records rest on this one: it stays."),
    ),
    (IntegrityError, broken_fact),
    (OperationalError, operational),
]

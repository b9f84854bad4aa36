"""ETags: which version a reader holds, and whether a writer started from it."""

import hashlib
import re

from rest_framework.exceptions import APIException
from rest_framework.utils.encoders import JSONEncoder

from enrollment.services.rules import unchanged_since

VERSION = re.compile(r'"v([0-9]{1,9})"')


class PreconditionRequired(APIException):
    status_code = 428
    default_code = "precondition_required"
    default_detail = (
        "Send If-Match with the ETag you last read, so that no one's change is lost."
    )


class MalformedCondition(APIException):
    status_code = 400
    default_code = "malformed_if_match"
    default_detail = 'If-Match names one version as our ETag does, for instance "v3".'


def etag_of(instance, shown) -> str:
    """The version of the record; of one that keeps none, a digest of what is shown."""
    if hasattr(instance, "version"):
        return f'"v{instance.version}"'
    text = JSONEncoder(sort_keys=True).encode(shown)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def version_named(request, instance) -> int:
    """The version in If-Match, which must be the one the record has now."""
    sent = request.headers.get("If-Match")
    if sent is None:
        raise PreconditionRequired
    named = VERSION.fullmatch(sent.strip())
    if named is None:
        raise MalformedCondition
    version = int(named[1])
    unchanged_since(version, instance)
    return version


def is_known(request, etag: str) -> bool:
    """Whether the reader says that it already holds this."""
    sent = request.headers.get("If-None-Match", "")
    return etag in [each.strip().removeprefix("W/") for each in sent.split(",")]

"""A POST sent twice with one Idempotency-Key takes effect once and gets one answer.

The key is claimed first, in a transaction of its own, so that a second call sees it
running. Effect and answer are then committed together: a crash leaves neither, and the
claim is free again after a minute. Refusals are not kept: mend the body and try again.
"""

import hashlib
import json
import re
from datetime import timedelta
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from api.models import IdempotentRequest

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)
KEY = re.compile(r"[\x21-\x7e]{1,255}")
REPLAYED_HEADERS = ("ETag", "Location")


class BadKey(APIException):
    status_code = 400
    default_code = "bad_idempotency_key"
    default_detail = "An Idempotency-Key is 1 to 255 visible ASCII characters."


class KeyReused(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = (
        "This Idempotency-Key went with another request: make a new key for this one."
    )


class StillRunning(APIException):
    status_code = 409
    default_code = "still_running"
    default_detail = "The first request with this key is still running: ask again."
    wait = 1


def once(handler):
    """Run a POST handler at most once for a user and the key that the request names."""

    def handled(request, *args, **kwargs):
        key = request.headers.get("Idempotency-Key")
        if key is None or not request.user.is_authenticated:
            return handler(request, *args, **kwargs)
        if not KEY.fullmatch(key):
            raise BadKey
        claim, is_mine = claimed(request, key)
        if not is_mine:
            return replayed(claim)
        return run(claim, lambda: handler(request, *args, **kwargs))

    return handled


def claimed(request, key: str) -> tuple[IdempotentRequest, bool]:
    """The row of this key, and whether this call is the one to run the request."""
    now = timezone.now()
    IdempotentRequest.objects.filter(claimed_at__lt=now - KEPT).delete()
    mine = IdempotentRequest(
        user=request.user,
        key=key,
        digest=digest_of(request),
        claim=uuid4().hex,
        claimed_at=now,
    )
    try:
        with transaction.atomic():
            mine.save(force_insert=True)
    except IntegrityError:
        return taken_over(mine)
    return mine, True


def taken_over(mine: IdempotentRequest) -> tuple[IdempotentRequest, bool]:
    """The earlier row; ours to run when whoever held it has been silent too long."""
    kept = IdempotentRequest.objects.filter(user=mine.user, key=mine.key)
    earlier = kept.first()
    if earlier is None:  # it was refused a moment ago and has let go
        raise StillRunning
    if earlier.digest != mine.digest:
        raise KeyReused
    if earlier.status is not None:
        return earlier, False
    silent = kept.filter(status=None, claimed_at__lt=mine.claimed_at - LEASE)
    if not silent.update(claim=mine.claim, claimed_at=mine.claimed_at):
        raise StillRunning
    return mine, True


def run(claim: IdempotentRequest, handler) -> Response:
    held = IdempotentRequest.objects.filter(
        user=claim.user, key=claim.key, claim=claim.claim, status=None
    )
    try:
        with transaction.atomic():
            response = handler()
            keep(held, response)
    finally:
        held.delete()  # what has no answer by now was refused: the key is free again
    return response


def keep(held, response: Response) -> None:
    """Commit the answer with its effect; if someone took over, theirs stands."""
    if response.status_code < 300 and not held.update(**answer(response)):
        raise StillRunning


def answer(response: Response) -> dict:
    return {
        "status": response.status_code,
        "headers": {
            name: response[name] for name in REPLAYED_HEADERS if name in response
        },
        "body": JSONEncoder().encode(response.data),
    }


def replayed(row: IdempotentRequest) -> Response:
    headers = {**row.headers, "Idempotency-Replayed": "true"}
    return Response(json.loads(row.body), row.status, headers=headers)


def digest_of(request) -> str:
    body = JSONEncoder(sort_keys=True).encode(request.data)
    return hashlib.sha256(f"{request.get_full_path()}\n{body}".encode()).hexdigest()

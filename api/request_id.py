"""A name for each request, so that an answer, a log line and a report can meet."""

import re
from uuid import uuid4

ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIdMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        sent = request.headers.get("X-Request-Id", "")
        request.request_id = sent if ACCEPTED.fullmatch(sent) else uuid4().hex
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id
        return response

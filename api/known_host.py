"""A request for a host that is not ours is refused here, as any other is: Django would
answer with a page."""

import logging
from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from api.errors import MEDIA_TYPE, Problem

log = logging.getLogger("django.security.DisallowedHost")
REFUSAL = Problem(
    400,
    "unknown_host",
    "No such host is served here: ask by one that ALLOWED_HOSTS names.",
)


class KnownHost:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost as error:
            log.warning(error)
            document, status = REFUSAL.document(request), REFUSAL.status
            return JsonResponse(document, status=status, content_type=MEDIA_TYPE)
        return self.get_response(request)

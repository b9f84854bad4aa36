"""An answer to HEAD has no body. Views make the one of GET, so that its headers tell of
it; a server that is handed it drops it, with a complaint in its log."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class WithoutBody:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if request.method == "HEAD" and answer.streaming:
            answer.streaming_content = ()
        elif request.method == "HEAD":
            answer.content = b""
        return answer

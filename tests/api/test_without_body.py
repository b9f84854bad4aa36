"""A server is handed no body for a HEAD, and every header of the GET."""

import pytest
from django.core.handlers.base import BaseHandler
from django.http import StreamingHttpResponse
from django.test import RequestFactory
from knox.models import AuthToken

from api.without_body import WithoutBody
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
FACTORY = RequestFactory()


def served(verb: str, address: str) -> tuple[bytes, dict[str, str]]:
    """What a server gets: not a test client, which drops the body by itself."""
    _, token = AuthToken.objects.create(UserFactory(admin=True))
    bearer = {"Authorization": f"Bearer {token}", "X-Request-Id": "one"}
    handler = BaseHandler()
    handler.load_middleware()
    answer = handler.get_response(FACTORY.generic(verb, address, headers=bearer))
    return b"".join(answer), dict(answer.headers)


@pytest.mark.parametrize(
    "address",
    ["/healthz", "/api/v1/programs/", "/api/v1/programs/?format=csv", "/api/v1/no/"],
)
def test_a_head_has_the_headers_of_the_get_and_nothing_more(address):
    shown, headers = served("GET", address)
    assert shown != b""
    assert served("HEAD", address) == (b"", headers)


def test_what_a_stream_held_open_is_closed():
    def rows():
        try:
            yield b"row"
        finally:
            closed.append(True)

    closed = []
    stream = rows()
    next(stream)
    answer = WithoutBody(lambda request: StreamingHttpResponse(stream))(
        FACTORY.head("")
    )
    answer.close()
    assert (b"".join(answer), closed) == (b"", [True])

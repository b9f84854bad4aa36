from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from api.fields import Instant, Text
from api.parsing import Malformed
from api.permissions import SignedIn
from api.shapes import Body
from api.throttling import EachLogIn
from api.viewsets import Door
from enrollment.services import tokens


class WrongLogIn(APIException):
    status_code = 401
    default_code = "wrong_log_in"
    default_detail = "No active user has this name and password."
    auth_header = "Bearer"


class LogIn(Body):
    username = Text(max_length=150)
    password = Text(max_length=128, trim_whitespace=False)


class TokenOut(serializers.Serializer):
    username = serializers.CharField()
    token = serializers.CharField(help_text="Send it as `Authorization: Bearer …`.")
    expires_at = Instant()


class TokensView(Door):
    """Log in for a token; it is shown only once."""

    is_public = True
    authentication_classes = ()
    permission_classes = [AllowAny]
    throttle_classes = [EachLogIn]

    @extend_schema(request=LogIn, responses={201: TokenOut})
    def post(self, request):
        sent = LogIn.read(request)
        issued = tokens.issue(name=sent["username"], password=sent["password"])
        if issued is None:
            raise WrongLogIn
        user, token, expires_at = issued
        shown = {"username": user.username, "token": token, "expires_at": expires_at}
        return Response(TokenOut(shown).data, 201)


class CurrentTokenView(Door):
    permission_classes = [SignedIn]

    @extend_schema(responses={204: None})
    def delete(self, request):
        """Revoke the token that this request carries."""
        if request.auth is None:
            sentence = "This request came with a session, not with a token."
            raise Malformed("no_token", sentence)
        tokens.revoke(request.auth)
        return Response(status=204)

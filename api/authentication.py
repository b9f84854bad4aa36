"""Who is calling: a bearer token first, then a session."""

from django.db.models import Q, prefetch_related_objects
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed


class BearerToken(TokenAuthentication):
    """Knox keeps only the hash of a token: one look-up by it, whatever was sent."""

    def authenticate_credentials(self, token: bytes):
        digest = hash_token(token.decode("latin-1"))
        alive = Q(expiry__isnull=True) | Q(expiry__gt=timezone.now())
        found = (
            AuthToken.objects.select_related("user")
            .filter(alive, digest=digest, user__is_active=True)
            .first()
        )
        if found is None:
            raise AuthenticationFailed(
                "This token is unknown, revoked or expired: log in for another.",
                "invalid_token",
            )
        return with_grants(found.user), found


class Session(SessionAuthentication):
    def authenticate(self, request):
        found = super().authenticate(request)
        return found and (with_grants(found[0]), found[1])


def with_grants(user):
    """Every check of a request reads the grants: they are fetched once."""
    prefetch_related_objects([user], "role_grants")
    return user

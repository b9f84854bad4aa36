"""Tokens: the secret is shown once and only its hash is kept."""

from datetime import datetime

from django.contrib.auth import authenticate
from knox.models import AuthToken

from enrollment.models import User


def issue(*, name: str, password: str) -> tuple[User, str, datetime] | None:
    """A user, a new token and the moment it expires; None when the two do not fit."""
    user = authenticate(username=name, password=password)
    if user is None:
        return None
    token, secret = AuthToken.objects.create(user)
    return user, secret, token.expiry


def revoke(token: AuthToken) -> None:
    token.delete()

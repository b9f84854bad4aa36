"""Log-ins: a user, one role, and the secrets that are shown once."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from knox.models import AuthToken

from enrollment.access import POLICIES, Role
from enrollment.exchange import nearest
from enrollment.models import Program, RoleGrant, School, User
from enrollment.services.refusal import Refused

PASSWORD_BYTES = 15
IMPORTER = "importer"


class UnknownName(Refused):
    code = "unknown_name"


class UnfitName(Refused):
    code = "unfit_name"


class UnfitGrant(Refused):
    code = "unfit_grant"


@dataclass(frozen=True)
class Account:
    user: User
    grant: RoleGrant
    password: str | None  # none when the user had one already, which stays
    token: str
    expiry: datetime | None


@transaction.atomic
def create_role_user(
    *, name: str, role: str, school: str | None = None, program: str | None = None
) -> Account:
    """The user of this name with the role, at the school and for the program given by
    their codes. Run again it adds nothing but a new token."""
    _can_be_called(name)
    if role not in POLICIES:
        # All of them: an auditor is not nearly an evaluator.
        raise UnknownName(
            f"There is no role {role}: choose one of {', '.join(POLICIES)}."
        )
    asked = {
        "role": Role(role),
        "school": _by_code(School, school),
        "program": _by_code(Program, program),
    }
    _fits(asked)
    user, _ = User.objects.select_for_update().get_or_create(username=name)
    if not user.is_active:
        raise UnfitGrant(f"{name} is switched off: switch the user on first.")
    password = _first_password(user)
    grant, _ = RoleGrant.objects.get_or_create(user=user, **asked)
    token, secret = AuthToken.objects.create(user)
    return Account(user, grant, password, secret, token.expiry)


def importer() -> User:
    """The user in whose name files are brought in. Nobody signs in as it."""
    user, is_new = User.objects.get_or_create(username=IMPORTER)
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def _can_be_called(name: str) -> None:
    try:
        User._meta.get_field("username").clean(name, None)
    except ValidationError as invalid:
        why = " ".join(invalid.messages)
        raise UnfitName(f'"{name[:40]}" is no name for a log-in: {why}') from invalid
    if name == IMPORTER:
        raise UnfitName(f"Files are imported as {IMPORTER}: choose another name.")


def _by_code(model: type[Model], code: str | None) -> Model | None:
    if code is None:
        return None
    found = model.objects.filter(code=code).first()
    if found is None:
        codes = model.objects.values_list("code", flat=True)
        raise _unknown(model._meta.verbose_name, code, codes)
    return found


def _fits(asked: dict) -> None:
    role = asked["role"]
    named = asked["school"] or asked["program"]
    if POLICIES[role].needs_school and asked["school"] is None:
        raise UnfitGrant(f"A {role} works at a school: name it by its code.")
    if named and not POLICIES[role].needs_school:
        raise UnfitGrant(
            f"The role {role} is for the whole district: name no school or program."
        )


def _first_password(user: User) -> str | None:
    if user.password and user.has_usable_password():
        return None
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user.set_password(password)
    user.save(update_fields=["password"])
    return password


def _unknown(what: str, word: str, known) -> UnknownName:
    return UnknownName(f"There is no {what} {word}: {nearest.among(word, known)}.")

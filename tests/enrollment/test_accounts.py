import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from knox.models import AuthToken

from enrollment.access import Permission, Role
from enrollment.models import RoleGrant, User
from enrollment.services import accounts
from tests.factories import SchoolFactory, UserFactory

pytestmark = pytest.mark.django_db


def made(name, *options):
    out = StringIO()
    call_command("create_role_user", name, *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def refused(name, *options) -> str:
    with pytest.raises(CommandError) as refusal:
        made(name, *options)
    assert refusal.value.returncode == 1
    assert not User.objects.filter(username=name).exists()
    return str(refusal.value)


def test_the_office_sees_everything():
    shown = json.loads(made("olga", "--role", "admin", "--format", "json"))
    user = User.objects.get(username="olga")
    assert user.check_password(shown["password"])
    assert user.may(Permission.KEEP_REFERENCE)
    assert (shown["school"], shown["program"]) == (None, None)


def test_a_coordinator_has_a_school_and_may_have_a_program():
    SchoolFactory(code="00350001")
    text = made("cora", "--role=coordinator", "--school=00350001", "--program=ten-boys")
    grant = RoleGrant.objects.get()
    assert (grant.role, grant.school.code, grant.program.code) == (
        Role.COORDINATOR,
        "00350001",
        "ten-boys",
    )
    assert "00350001" in text
    assert "ten-boys" in text


def test_the_token_is_kept_hashed_and_ends():
    account = accounts.create_role_user(name="eva", role="evaluator")
    [token] = AuthToken.objects.all()
    assert token.user == account.user
    assert token.token_key == account.token[: len(token.token_key)]
    assert account.token not in token.digest
    assert account.expiry is not None


def test_run_twice_it_keeps_the_password_and_the_grant():
    first = json.loads(made("eva", "--role", "evaluator", "--format", "json"))
    again = json.loads(made("eva", "--role", "evaluator", "--format", "json"))
    assert again["password"] == "(as before)"
    assert again["token"] != first["token"]
    assert RoleGrant.objects.count() == 1
    assert User.objects.get().check_password(first["password"])


def test_a_second_role_is_added():
    made("olga", "--role", "admin")
    made("olga", "--role", "evaluator")
    assert RoleGrant.objects.filter(user__username="olga").count() == 2


def test_a_wrong_word_is_answered_with_the_right_ones():
    SchoolFactory(code="00350001")
    coordinator = ["bo", "--role", "coordinator"]
    assert refused(*coordinator, "--school", "00350002") == (
        "There is no school 00350002: the nearest is 00350001."
    )
    options = ["--school", "00350001", "--program", "ten-boy"]
    assert "the nearest is ten-boys" in refused(*coordinator, *options)


@pytest.mark.parametrize(
    "role", ["facilitator", "school_leader", "viewer", "auditor", "evaluater", ""]
)
def test_a_role_that_is_not_there_is_answered_with_all_that_are(role):
    assert refused("bo", "--role", role) == (
        f"There is no role {role}: choose one of admin, coordinator, evaluator."
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "cannot be blank"),
        ("bo bo", "Enter a valid username"),
        ("b" * 151, "at most 150 characters"),
        ("importer", "choose another name"),
    ],
)
def test_a_name_that_nobody_can_sign_in_with_is_refused(name, words):
    assert words in refused(name, "--role", "admin")


def test_a_role_and_a_place_that_do_not_fit_are_refused():
    SchoolFactory(code="00350001")
    assert "works at a school" in refused("bo", "--role", "coordinator")
    for role in ("admin", "evaluator"):
        assert "whole district" in refused("bo", "--role", role, "--school=00350001")


def test_a_user_who_is_switched_off_stays_so():
    UserFactory(username="bo", is_active=False)
    with pytest.raises(accounts.UnfitGrant, match="switched off"):
        accounts.create_role_user(name="bo", role="admin")

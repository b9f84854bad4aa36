from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ME = "/api/v1/me/"
TOKENS = "/api/v1/tokens/"


def with_header(header: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    return client


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer x y",
        "Bearer \xff\xfe",
        "Bearer " + "a" * 5000,
        "bearer nothing",
    ],
)
def test_a_token_that_is_none_is_refused(header):
    response = with_header(header).get(ME)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("header", ["Basic b2ZmaWNlOng=", "Token abc", ""])
def test_another_scheme_is_no_log_in(header):
    assert with_header(header).get(ME).status_code == 401


def test_an_expired_token_is_refused():
    _, token = AuthToken.objects.create(UserFactory(), expiry=timedelta(seconds=-1))
    assert with_header(f"Bearer {token}").get(ME).status_code == 401


def test_a_disabled_user_is_refused_at_the_next_request(client_of):
    user = UserFactory(admin=True)
    client = client_of(user)
    assert client.get(ME).status_code == 200
    user.is_active = False
    user.save()
    assert client.get(ME).status_code == 401


def test_a_token_in_the_address_is_no_log_in():
    _, token = AuthToken.objects.create(UserFactory(admin=True))
    assert APIClient().get(f"{ME}?token={token}").status_code == 401


def test_a_token_is_stored_as_a_hash_only():
    row, token = AuthToken.objects.create(UserFactory())
    assert token not in str(vars(row))


def person(password="correct horse battery"):
    user = UserFactory(username="pat", admin=True)
    user.set_password(password)
    user.save()
    return {"username": "pat", "password": password}


def test_logging_in_gives_a_token_that_expires_and_can_be_revoked():
    issued = APIClient().post(TOKENS, person())
    assert issued.status_code == 201
    assert issued.data["expires_at"] > timezone.now().isoformat()
    client = with_header(f"Bearer {issued.data['token']}")
    assert client.get(ME).data["role"] == "admin"
    assert client.delete(f"{TOKENS}current/").status_code == 204
    assert client.get(ME).status_code == 401


@pytest.mark.parametrize("wrong", [{"password": "no"}, {"username": "no"}])
def test_a_wrong_log_in_is_one_answer_whichever_half_is_wrong(wrong):
    response = APIClient().post(TOKENS, {**person(), **wrong})
    assert response.status_code == 401
    assert response.data["code"] == "wrong_log_in"


@override_settings(LOG_IN_RATE="3/min")
def test_guesses_at_a_password_are_slowed_down():
    wrong = {"username": "pat", "password": "guess"}
    answers = [APIClient().post(TOKENS, wrong) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert int(answers[-1]["Retry-After"]) > 0


@override_settings(API_RATE="3/min")
def test_each_user_has_a_rate_of_their_own(client_of):
    eager, calm = client_of(UserFactory(pk=88_001)), client_of(UserFactory(pk=88_002))
    assert [eager.get(ME).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert calm.get(ME).status_code == 200


def test_a_session_reads_and_needs_the_csrf_token_to_write():
    user = UserFactory(admin=True)
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.get(ME).status_code == 200
    refused = client.post("/api/v1/schools/", {"code": "1", "name": "A"})
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"


def test_a_session_has_no_token_to_revoke():
    client = APIClient()
    client.force_login(UserFactory())
    assert client.delete(f"{TOKENS}current/").data["code"] == "no_token"


def test_a_superuser_holds_the_office_without_a_grant(client_of):
    client = client_of(UserFactory(is_superuser=True))
    assert client.get(ME).data["role"] == "admin"
    assert client.get("/api/v1/students/").status_code == 200


def test_who_sends_no_token_hears_where_to_get_one():
    for client in (APIClient(), with_header("Token abc")):
        answer = client.get(ME)
        assert answer.status_code == 401
        assert "POST /api/v1/tokens/" in answer.data["detail"]

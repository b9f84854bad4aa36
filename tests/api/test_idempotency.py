from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from api.idempotency import KEPT, LEASE
from api.models import IdempotentRequest
from enrollment.models import School
from tests.factories import UserFactory

SCHOOLS = "/api/v1/schools/"
BODY = {"code": "00350001", "name": "A"}
KEYED = {"Idempotency-Key": "first"}


def post(client, body=None, **headers):
    return client.post(SCHOOLS, body or BODY, headers={**KEYED, **headers})


@pytest.mark.django_db
def test_the_same_request_again_is_the_same_answer_and_one_effect(office):
    first, second = post(office), post(office)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert (first["ETag"], first["Location"]) == (second["ETag"], second["Location"])
    assert second["Idempotency-Replayed"] == "true"
    assert School.objects.count() == 1


@pytest.mark.django_db
def test_the_order_of_keys_makes_no_other_request(office):
    post(office)
    assert post(office, dict(reversed(BODY.items()))).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"name": "B"}, {"level": "k8"}])
def test_another_body_with_the_key_is_refused(office, other):
    post(office)
    response = post(office, {**BODY, **other})
    assert response.status_code == 422
    assert response.data["code"] == "idempotency_key_reused"


@pytest.mark.django_db
def test_another_address_with_the_key_is_refused(office):
    post(office)
    response = office.post("/api/v1/students/", {"lasid": "1"}, headers=KEYED)
    assert response.status_code == 422


@pytest.mark.django_db
def test_another_users_key_is_another_key(office, client_of):
    post(office)
    other = client_of(UserFactory(admin=True))
    assert post(other).data["code"] == "duplicate"


@pytest.mark.django_db
def test_a_refusal_leaves_the_key_free_for_the_mended_request(office):
    assert post(office, {**BODY, "level": "x"}).status_code == 400
    assert post(office).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 256])
def test_a_key_that_is_none_is_refused(office, key):
    response = post(office, **{"Idempotency-Key": key})
    assert response.status_code == 400
    assert response.data["code"] == "bad_idempotency_key"


@pytest.mark.django_db
def test_a_request_that_still_runs_is_said_to(office):
    post(office)
    IdempotentRequest.objects.update(status=None)
    response = post(office)
    assert response.status_code == 409
    assert response.data["code"] == "still_running"
    assert response["Retry-After"] == "1"


@pytest.mark.django_db
def test_a_request_whose_server_died_is_taken_over_after_a_minute(office):
    post(office)
    School.objects.all().delete()
    long_ago = timezone.now() - LEASE - timedelta(seconds=1)
    IdempotentRequest.objects.update(status=None, claimed_at=long_ago)
    assert post(office).status_code == 201
    assert School.objects.count() == 1


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_day(office):
    post(office)
    yesterday = timezone.now() - KEPT - timedelta(seconds=1)
    IdempotentRequest.objects.update(claimed_at=yesterday)
    assert post(office).data["code"] == "duplicate"


@pytest.mark.django_db
def test_a_lookup_of_students_is_kept_nowhere(office, world):
    asked = {"lasids": ["001"]}
    assert office.post("/api/v1/students/lookup/", asked, headers=KEYED).status_code
    assert not IdempotentRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_have_one_effect_and_tell_one_story(office):
    def one(_):
        try:
            return post(office)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(8)))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {201, 409}, statuses
    made = [a for a in answers if a.status_code == 201]
    assert len([a for a in made if "Idempotency-Replayed" not in a]) == 1
    assert len({a.content for a in made}) == 1
    assert {a.data["code"] for a in answers if a.status_code == 409} <= {
        "still_running"
    }
    assert School.objects.count() == 1

import pytest
from django.db import IntegrityError, OperationalError
from django.db.models import ProtectedError

from api.errors import problem_of
from api.resources.schools import SchoolViewSet
from enrollment.models import School

pytestmark = pytest.mark.django_db
MEMBERS = {
    "type",
    "title",
    "status",
    "detail",
    "instance",
    "code",
    "request_id",
    "errors",
}


@pytest.mark.parametrize(
    ("verb", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing/", 404, "no_such_address"),
        ("GET", "/api/nothing", 404, "no_such_address"),
        ("POST", "/api/v1/nothing/", 404, "no_such_address"),
        ("GET", "/api/v1/schools/abc/", 404, "no_such_address"),
        ("GET", "/api/v1/schools/%D9%A1/", 404, "no_such_address"),
        ("GET", f"/api/v1/schools/{2**63}/", 404, "no_such_address"),
        ("GET", "/api/v1/schools/999999999999999999/", 404, "not_found"),
        ("GET", "/api/v1/schools/9/", 404, "not_found"),
        ("GET", "/api/v1/school-years/99999/", 404, "not_found"),
        ("PUT", "/api/v1/schools/", 405, "method_not_allowed"),
        ("OPTIONS", "/api/v1/schools/", 405, "method_not_allowed"),
        ("TRACE", "/api/v1/schools/", 405, "method_not_allowed"),
        ("PROPFIND", "/api/v1/schools/", 405, "method_not_allowed"),
    ],
)
def test_every_error_has_one_shape(office, verb, path, status, code):
    response = office.generic(verb, path)
    assert response["Content-Type"] == "application/problem+json"
    assert set(response.data) == MEMBERS
    assert response.status_code == response.data["status"] == status
    assert response.data["code"] == code
    assert response.data["request_id"] == response["X-Request-Id"]


def test_a_forgotten_slash_is_pointed_out(office):
    detail = office.get("/api/v1/schools").data["detail"]
    assert detail.endswith("Addresses here end in a slash.")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/api/v1/schools/", "/api/nothing", "/"])
@pytest.mark.parametrize("host", ["elsewhere.org", "a b", "localhost:x"])
def test_a_host_that_is_not_ours_is_refused_in_the_same_shape(
    office, settings, caplog, debug, path, host
):
    settings.DEBUG = debug
    response = office.get(path, headers={"Host": host})
    assert response["Content-Type"] == "application/problem+json"
    document = response.json()
    assert set(document) == MEMBERS
    assert response.status_code == document["status"] == 400
    assert document["code"] == "unknown_host"
    assert document["request_id"] == response["X-Request-Id"]
    assert host in caplog.text


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({"HTTP_ACCEPT": "application/xml"}, 406, "application/json"),
        ({"content_type": "text/plain"}, 415, "Content-Type: application/json"),
    ],
)
def test_a_request_that_is_not_ours_hears_what_is(office, sent, status, says):
    response = office.generic("POST", "/api/v1/schools/", "{}", **sent)
    assert response.status_code == status
    assert says in response.data["detail"]


def test_a_request_is_named_by_its_sender_or_by_us(office):
    sent = office.get("/api/v1/me/", headers={"X-Request-Id": "front-end.7"})
    assert sent["X-Request-Id"] == "front-end.7"
    for hostile in ("a b", "x" * 65, "a\nb", ""):
        made = office.get("/api/v1/me/", headers={"X-Request-Id": hostile})
        assert len(made["X-Request-Id"]) == 32


def test_the_method_cannot_be_overridden(office):
    response = office.post(
        "/api/v1/schools/", {}, headers={"X-HTTP-Method-Override": "GET"}
    )
    assert response.status_code == 400


class Bug(Exception):
    pass


def test_a_bug_is_a_bare_answer_and_a_whole_log_entry(office, monkeypatch, caplog):
    def broken(self, request):
        raise Bug("secret detail")

    monkeypatch.setattr(SchoolViewSet, "list", broken)
    response = office.get("/api/v1/schools/")
    assert response.status_code == 500
    assert response.data["code"] == "internal_error"
    assert "secret" not in response.text
    assert "secret detail" in caplog.text


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("database is locked"), 503, "busy"),
        (OperationalError("canceling statement due to lock timeout"), 503, "busy"),
        (OperationalError("deadlock detected"), 503, "busy"),
        (OperationalError("could not connect to server"), 503, "no_database"),
        (IntegrityError("of a kind nobody named"), 500, "internal_error"),
        (ProtectedError("x", set()), 409, "protected"),
    ],
)
def test_what_the_database_says_is_translated(error, status, code):
    problem = problem_of(error)
    assert (problem.status, problem.code) == (status, code)


def test_a_busy_database_says_when_to_come_back():
    busy = problem_of(OperationalError("database is locked"))
    assert busy.headers == {"Retry-After": "1"}


def test_a_fact_that_the_database_alone_refuses_is_a_conflict(office, world):
    with pytest.raises(IntegrityError) as broken:
        School.objects.create(code=world.own["schools"].code, name="Twin")
    assert problem_of(broken.value).status == 409
    assert problem_of(broken.value).code == "duplicate"

"""A person in a browser: no token, but a page to log in, and then the report."""

import pytest
from django.test import Client, override_settings

from outcomes.models import Look
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LOG_IN, LOG_OUT, ME = "/log-in/", "/log-out/", "/api/v1/me/"
IN_A_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PASSWORD = "correct horse battery"


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=True, headers=IN_A_BROWSER)


@pytest.fixture
def reader(db):
    user = UserFactory(username="sue", evaluator=True)
    user.set_password(PASSWORD)
    user.save()
    return user


def sent(browser, page: str, **fields):
    """The form that the page shows, filled in."""
    browser.get(page)
    token = browser.cookies["csrftoken"].value
    return browser.post(page, {"csrfmiddlewaretoken": token, **fields})


def test_a_report_sends_its_reader_to_log_in_and_is_then_shown(
    browser, reader, answered
):
    report = f"{answered.removeprefix('http://testserver')}report/?format=html"
    away = browser.get(report)
    assert (away.status_code, away["Location"][: len(LOG_IN)]) == (302, LOG_IN)
    page = away["Location"]
    fields = {"username": "sue", "password": PASSWORD, "next": report}
    assert sent(browser, page, **fields)["Location"] == report
    assert b"<h1>" in browser.get(report).content
    assert Look.objects.get().viewer == reader
    assert browser.session.get_expiry_age() <= 12 * 3600


def test_only_who_reads_in_a_browser_is_sent_there(client):
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = client.get(ME, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    bearer = {**IN_A_BROWSER, "Authorization": "Bearer none"}
    assert client.get(ME, headers=bearer).status_code == 401
    assert client.post(ME, headers=IN_A_BROWSER).status_code == 401


def test_a_wrong_password_is_said_and_shows_no_way_in(browser, reader):
    for wrong in ({"password": "no"}, {"username": "no"}):
        fields = {"username": "sue", "password": PASSWORD} | wrong
        answer = sent(browser, LOG_IN, **fields)
        assert answer.status_code == 200
        assert "No active user has this name and password." in answer.text
    assert browser.get(ME, headers={"Accept": "*/*"}).status_code == 401


def test_nobody_is_sent_to_another_site(browser, reader):
    fields = {"username": "sue", "password": PASSWORD, "next": "https://evil.example/"}
    assert sent(browser, LOG_IN, **fields)["Location"] == LOG_IN


@override_settings(LOG_IN_RATE="3/min")
def test_guesses_in_a_browser_are_slowed_down_too(browser, reader):
    browser.defaults["REMOTE_ADDR"] = "192.0.2.7"  # counted apart from other tests
    wrong = {"username": "sue", "password": "guess"}
    answers = [sent(browser, LOG_IN, **wrong) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "wait a minute" in answers[-1].text
    assert int(answers[-1]["Retry-After"]) > 0
    right = sent(browser, LOG_IN, username="sue", password=PASSWORD)
    assert right.status_code == 429


def test_who_is_logged_in_can_log_out(browser, reader):
    sent(browser, LOG_IN, username="sue", password=PASSWORD)
    assert "logged in as sue" in browser.get(LOG_IN).text
    token = browser.cookies["csrftoken"].value
    assert browser.post(LOG_OUT).status_code == 403
    browser.post(LOG_OUT, {"csrfmiddlewaretoken": token})
    assert browser.get(ME, headers={"Accept": "*/*"}).status_code == 401


def test_the_page_loads_nothing_from_elsewhere_and_runs_no_script(browser):
    page = browser.get(LOG_IN)
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "<script" not in page.text


def test_the_bare_address_leads_to_the_docs(client):
    assert client.get("/")["Location"] == "/api/v1/docs/"

import logging
from html import unescape

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.people")]

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def ask(client):
    client.force_login(make_user())
    client.raise_request_exception = False
    return lambda path, **headers: client.get(path, headers=headers)


def text_of(response):
    return unescape(response.content.decode())


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/bad", 400, "The cursor was edited."),
        ("/forbidden", 403, "Your role does not include this."),
        ("/no-such-page", 404, "There is nothing here"),
        ("/refused", 409, "Only 9 are free there now, so nothing was moved."),
        ("/unprocessable", 422, "A structural place holds nothing."),
        ("/boom", 500, "Backroom made a mistake"),
        ("/away", 503, "may not have been written"),
    ],
)
class TestEachHasAPageOfItsOwn:
    def test_says_what_went_wrong(self, ask, path, status, sentence):
        answer = ask(path)

        assert answer.status_code == status
        assert sentence in text_of(answer)
        assert text_of(answer).lower().startswith("<!doctype html>")

    def test_shows_it_to_htmx_where_it_can_be_seen(self, ask, path, status, sentence):
        answer = ask(path, **PART)

        assert answer.status_code == status
        assert sentence in text_of(answer)
        # A refusal takes the place of the page; a mistake of ours leaves what was typed.
        target, swap = ("#main", "innerHTML") if status < 500 else ("#toasts", "beforeend")
        assert (answer["HX-Retarget"], answer["HX-Reswap"]) == (target, swap)
        assert answer["HX-Push-Url"] == "false"


@pytest.mark.parametrize("path", ["/boom", "/away"])
def test_of_a_whole_page_htmx_takes_the_toast(ask, path):
    answer = ask(path, **PART)

    assert answer["HX-Reselect"] == ".toast"
    assert text_of(answer).count('class="toast bad"') == 1


class TestRefusal:
    def test_shows_the_number_the_choices_and_that_nothing_was_written(self, ask):
        html = text_of(ask("/refused"))

        assert "<b>9</b> of 12" in html
        assert 'href="/move?quantity=9"' in html
        assert "Move the 9 that are free" in html
        assert "Nothing was written." in html

    def test_gives_a_reference_that_the_log_has(self, ask, caplog):
        with caplog.at_level(logging.INFO):
            html = text_of(ask("/refused"))

        [request_id] = {
            record.msg["request_id"] for record in caplog.records if "request_id" in record.msg
        }
        assert f"BR-409-{request_id[:4]}-{request_id[4:8]}".upper() in html


def test_a_stranger_reads_404_and_finds_the_way_in(client):
    answer = client.get("/no-such-page")

    assert answer.status_code == 404
    assert "/account/login/?next=/no-such-page" in answer.text


@pytest.mark.parametrize("typed", ["/people/?page=2", "/people//?page=2"])
def test_a_slash_too_many_leads_to_the_page(client, typed):
    answer = client.get(typed)

    assert (answer.status_code, answer["Location"]) == (301, "/people?page=2")


def test_a_slash_too_many_leads_nowhere_when_there_is_no_page(client):
    assert client.get("/no-such-page/").status_code == 404


class TestForgery:
    def test_a_post_without_its_token_says_how_to_go_on(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_user())

        answer = client.post("/echo", headers={"HX-Current-URL": "http://testserver/people"})

        assert answer.status_code == 403
        assert "This page was too old" in text_of(answer)
        assert "Nothing was written." in text_of(answer)

    def test_htmx_is_shown_the_way_to_the_page_it_was_on(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_user())

        answer = client.post(
            "/echo", headers={**PART, "HX-Current-URL": "http://testserver/people?q=a"}
        )

        assert 'href="/people?q=a"' in text_of(answer)
        assert answer["HX-Retarget"] == "#main"


class TestTooMuch:
    def test_more_text_than_a_form_may_carry_is_a_sentence(self, ask, client):
        answer = client.post(
            "/scan", "code=" + "x" * 3_000_000, content_type="application/x-www-form-urlencoded"
        )

        assert answer.status_code == 400
        assert "Shorten it" in text_of(answer)

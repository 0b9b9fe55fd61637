import pytest
from django.contrib.messages import get_messages

from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.people")]


@pytest.fixture
def signed_in(client):
    client.force_login(make_user())
    return client


class TestGoTo:
    def test_shows_the_message_once_with_its_undo(self, signed_in):
        answer = signed_in.post("/done")

        shown = signed_in.get(answer["Location"]).content.decode()
        shown_again = signed_in.get(answer["Location"]).content.decode()

        assert (answer.status_code, answer["Location"]) == (303, "/people")
        assert "Received 20." in shown
        assert 'action="/undo/7"' in shown
        assert 'name="form_key"' in shown
        assert "Received 20." not in shown_again

    def test_goes_to_the_page_of_a_thing(self, signed_in):
        assert signed_in.post("/done?thing=1")["Location"] == "/things/1"

    def test_tells_htmx_to_go_and_keeps_the_message(self, signed_in):
        answer = signed_in.post("/done", headers={"HX-Request": "true"})

        assert (answer.status_code, answer["HX-Redirect"]) == (200, "/people")
        assert [str(message) for message in get_messages(answer.wsgi_request)] == ["Received 20."]


class TestStrangers:
    def test_are_asked_to_sign_in_and_come_back(self, client):
        answer = client.get("/people?q=a")

        assert answer.status_code == 302
        assert answer["Location"] == "/account/login/?next=/people%3Fq%3Da"

    def test_are_sent_there_by_htmx_and_come_back_to_the_page(self, client):
        answer = client.get(
            "/people?q=a",
            headers={
                "HX-Request": "true",
                "HX-Request-Type": "partial",
                "HX-Current-URL": "http://testserver/people",
            },
        )

        assert answer.status_code == 200
        assert answer["HX-Redirect"] == "/account/login/?next=/people"

    @pytest.mark.parametrize(
        ("referer", "back"),
        [("http://testserver/people", "/people"), ("https://evil.example/x", "/"), ("", "/")],
    )
    def test_come_back_to_a_page_and_not_to_a_post(self, client, referer, back):
        answer = client.post("/echo", headers={"Referer": referer})

        assert answer["Location"] == f"/account/login/?next={back}"

    @pytest.mark.parametrize("path", ["/no-such-page", "/items/../../etc/passwd", "/static/x.css"])
    def test_are_shown_the_way_in_where_nothing_is(self, client, path):
        answer = client.get(path)

        assert answer.status_code == 404
        assert "/account/login/?next=" in answer.text


class TestHeaders:
    def test_nothing_is_kept_by_browser_or_proxy(self, signed_in):
        assert signed_in.get("/people")["Cache-Control"] == "no-store"

    def test_a_view_may_say_otherwise(self, signed_in):
        assert signed_in.get("/kept")["Cache-Control"] == "max-age=31536000, immutable"

    @pytest.mark.parametrize(
        ("header", "value"),
        [
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("X-Frame-Options", "DENY"),
        ],
    )
    @pytest.mark.parametrize("path", ["/people", "/no-such-page", "/refused", "/away"])
    def test_every_answer_carries_them(self, signed_in, path, header, value):
        answer = signed_in.get(path)

        assert answer[header] == value
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]

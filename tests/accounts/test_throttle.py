"""Trying passwords is slowed down before any is hashed."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import throttle
from accounts.adapter import AccountAdapter
from tests.accounts.acts import OTHER, PASSWORD, choose, is_in, link_in, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db


class TestOneAddress:
    def test_is_given_five_tries_and_told_how_many_are_left(self, new_address):
        email = make_user(password=PASSWORD).email

        said = [
            sign_in(Client(REMOTE_ADDR=new_address()), email, "not the password").text
            for _ in range(5)
        ]

        assert "4 tries left before a pause of 5 minutes" in said[0]
        assert "1 try left before a pause of 5 minutes" in said[3]
        assert "Now there is a pause of 5 minutes" in said[4]

    def test_is_paused_before_anything_is_hashed(self, new_address, hashes):
        email = make_user(password=PASSWORD).email
        try_once(5, email, new_address)
        hashes.clear()

        answer = sign_in(Client(REMOTE_ADDR=new_address()), email)  # the right one

        assert answer.status_code == 429
        assert "Wait 5 minutes, then try again" in answer.text
        assert 290 <= int(answer["Retry-After"]) <= 300
        assert hashes == []

    def test_is_paused_though_nobody_has_it(self, new_address):
        email = "nobody@paused.example"
        try_once(5, email, new_address)

        assert sign_in(Client(REMOTE_ADDR=new_address()), email).status_code == 429

    def test_has_no_more_tries_in_other_letters_or_by_another_of_our_names(self, new_address):
        email = make_user(password=PASSWORD).email
        try_once(4, email, new_address)
        sign_in(
            Client(REMOTE_ADDR=new_address(), headers={"host": "localhost"}),
            email.upper(),
            "no no no",
        )

        assert sign_in(Client(REMOTE_ADDR=new_address()), email).status_code == 429

    def test_pauses_nobody_else(self, new_address):
        email, colleague = make_user(password=PASSWORD).email, make_user(password=PASSWORD).email
        browser = Client(REMOTE_ADDR=new_address())
        try_once(6, email, new_address)

        sign_in(browser, colleague)

        assert is_in(browser)

    def test_that_came_in_costs_no_try(self, new_address):
        email = make_user(password=PASSWORD).email

        statuses = [sign_in(Client(REMOTE_ADDR=new_address()), email).status_code for _ in range(7)]

        assert statuses == [302] * 7

    def test_has_a_way_out_by_a_new_password(self, new_address, letters):
        email = make_user(password=PASSWORD).email
        try_once(6, email, new_address)
        browser = Client(REMOTE_ADDR=new_address())
        browser.post(reverse("account_reset_password"), {"email": email})
        form = browser.get(link_in(letters()[0]))["Location"]
        choose(browser, form)

        sign_in(browser, email, OTHER)

        assert is_in(browser)


class TestOnePlace:
    def test_tries_twenty_times_a_minute(self, stranger, hashes):
        for number in range(20):
            sign_in(stranger, f"p{number}@place.example", "guess guess")
        hashes.clear()

        answer = sign_in(stranger, "p20@place.example", "guess guess")

        assert answer.status_code == 429
        assert 1 <= int(answer["Retry-After"]) <= 60
        assert hashes == []

    def test_is_shown_a_page_after_sixty_of_any_kind(self, stranger, hashes):
        for _ in range(60):
            stranger.post(reverse("account_login"))

        answer = stranger.post(reverse("account_login"))

        assert answer.status_code == 429
        assert "Too many tries came from here" in answer.text
        assert "BR-429" in answer.text
        assert 1 <= int(answer["Retry-After"]) <= 60
        assert hashes == []

    def test_may_still_look(self, stranger):
        for _ in range(61):
            stranger.post(reverse("account_login"))

        assert stranger.get(reverse("account_login")).status_code == 200


class TestReset:
    def test_sends_one_person_five_mails_in_a_quarter_of_an_hour(self, new_address, letters):
        person = make_user(password=PASSWORD)

        answers = [
            Client(REMOTE_ADDR=new_address()).post(
                reverse("account_reset_password"), {"email": person.email}
            )
            for _ in range(6)
        ]

        assert [answer.status_code for answer in answers] == [302] * 5 + [429]
        assert len(letters()) == 5
        assert 890 <= int(answers[-1]["Retry-After"]) <= 900


class TestChange:
    def test_of_a_password_is_tried_five_times_a_minute(self, stranger, hashes):
        person = make_user(password=PASSWORD)
        sign_in(stranger, person.email)
        url = reverse("account_change_password")
        wrong = {"oldpassword": "no no no", "password1": OTHER, "password2": OTHER}
        for _ in range(5):
            stranger.post(url, wrong)
        hashes.clear()

        answer = stranger.post(url, {**wrong, "oldpassword": PASSWORD})

        assert answer.status_code == 429
        assert hashes == []


def test_without_valkey_nobody_comes_in_and_nothing_is_hashed(stranger, hashes, settings):
    person, inside = make_user(password=PASSWORD), Client()
    inside.force_login(person)
    hashes.clear()
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1"}}

    answer = sign_in(stranger, person.email)

    assert (answer.status_code, "Retry-After" in answer) == (503, True)
    assert hashes == []
    assert is_in(inside)


class TestWhereARequestComesFrom:
    def address(self, **headers):
        return AccountAdapter().get_client_ip(RequestFactory().get("/", **headers))

    def test_is_the_other_end_whatever_is_said(self):
        assert self.address(REMOTE_ADDR="9.9.9.9", HTTP_X_FORWARDED_FOR="1.1.1.1") == "9.9.9.9"

    def test_is_what_our_proxy_says_when_there_is_one(self, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

        said = self.address(REMOTE_ADDR="9.9.9.9", HTTP_X_FORWARDED_FOR="6.6.6.6, 1.1.1.1")

        assert said == "1.1.1.1"

    def test_is_the_other_end_of_whoever_came_past_the_proxies(self, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2

        assert self.address(REMOTE_ADDR="9.9.9.9", HTTP_X_FORWARDED_FOR="1.1.1.1") == "9.9.9.9"

    def test_is_one_for_all_who_cannot_be_told_apart(self):
        assert self.address(REMOTE_ADDR="") == "unknown"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "a second"), (45, "45 seconds"), (60, "a minute"), (61, "2 minutes"), (300, "5 minutes")],
)
def test_a_pause_in_words_is_never_too_short(seconds, words):
    assert throttle.in_words(seconds) == words


def try_once(times, email, new_address):
    for _ in range(times):
        sign_in(Client(REMOTE_ADDR=new_address()), email, "not the password")

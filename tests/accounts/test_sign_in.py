import re

import pytest
from django.contrib.admin.sites import site as admin_site
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import User
from tests.accounts.acts import OTHER, PASSWORD, is_in, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db


class TestSignIn:
    def test_leads_to_today(self, stranger):
        person = make_user(password=PASSWORD)

        answer = sign_in(stranger, person.email)

        assert (answer.status_code, answer["Location"]) == (302, reverse("pages:today"))
        assert is_in(stranger)

    def test_reads_the_address_in_any_case(self, stranger):
        person = make_user(password=PASSWORD, email="Maya.Okafor@Backroom.Example")

        sign_in(stranger, " mAYA.okafor@backroom.EXAMPLE ")

        assert is_in(stranger)
        assert person.email == "maya.okafor@backroom.example"

    @pytest.mark.parametrize("password", ["not the password", PASSWORD + " ", PASSWORD.upper()])
    def test_refuses_a_wrong_password(self, stranger, password):
        person = make_user(password=PASSWORD)

        answer = sign_in(stranger, person.email, password)

        assert answer.status_code == 422
        assert not is_in(stranger)

    def test_rotates_the_session(self, stranger):
        person = make_user(password=PASSWORD)
        stranger.get(reverse("account_login"))
        stranger.session.save()
        before = stranger.session.session_key

        sign_in(stranger, person.email)

        assert stranger.session.session_key != before

    def test_is_forgotten_with_the_browser_and_after_a_shift(self, stranger):
        person = make_user(password=PASSWORD)

        answer = sign_in(stranger, person.email)

        assert answer.cookies["backroom"]["max-age"] == ""
        assert stranger.session.get_expire_at_browser_close()
        assert 0 < _row_lives(stranger) <= 12 * 3600

    def test_keeps_no_trace_of_the_password_on_the_page(self, stranger):
        answer = sign_in(stranger, "nobody@secret.example", "my secret words")

        assert "my secret words" not in answer.text

    @pytest.mark.parametrize(
        ("fields", "hint"),
        [
            ({"login": "", "password": PASSWORD}, "required"),
            ({"login": "a@b.example", "password": ""}, "required"),
            ({"login": "not an address", "password": PASSWORD}, "valid email"),
            ({"login": "a\0b@b.example", "password": PASSWORD}, "ull characters"),
            ({"login": "a@b.example", "password": "a\0b" + PASSWORD}, "ull characters"),
            ({"login": "a@b.example", "password": "x" * 1_000_000}, "at most 1000"),
            ({"login": "a" * 1_000_000, "password": PASSWORD}, "valid email"),
        ],
    )
    def test_says_what_is_wrong_with_a_field_and_hashes_nothing(
        self, stranger, hashes, fields, hint
    ):
        answer = stranger.post(reverse("account_login"), fields)

        assert answer.status_code == 422
        assert hint in answer.text
        assert hashes == []

    def test_needs_its_token(self, new_address):
        browser = Client(enforce_csrf_checks=True, REMOTE_ADDR=new_address())
        person = make_user(password=PASSWORD)

        answer = sign_in(browser, person.email)

        assert answer.status_code == 403
        assert not is_in(browser)


def _row_lives(browser: Client) -> float:
    """Seconds for which the server keeps the session."""
    row = Session.objects.get(pk=browser.session.session_key)
    return (row.expire_date - timezone.now()).total_seconds()


class TestNext:
    def test_leads_back_to_the_page_that_was_asked_for(self, stranger):
        person = make_user(password=PASSWORD)

        answer = sign_in(stranger, person.email, to="/search?q=mug")

        assert answer["Location"] == "/search?q=mug"

    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "http://localhost/",  # an allowed host, but another origin
            "http://testserver@evil.example/",
            "http:///evil.example",
            " //evil.example",
        ],
    )
    def test_leads_nowhere_else(self, stranger, target):
        person = make_user(password=PASSWORD)

        answer = sign_in(stranger, person.email, to=target)

        assert answer["Location"] == reverse("pages:today")


class TestStrangers:
    @pytest.mark.parametrize(
        "name", ["account_signup", "account_email", "account_set_password", "account_confirm_email"]
    )
    def test_there_is_no_address_for(self, name):
        with pytest.raises(NoReverseMatch):
            reverse(name)

    @pytest.mark.parametrize(
        "path",
        [
            "/account/signup/",
            "/accounts/signup/",
            "/account/email/",
            "/account/confirm-email/",
            "/account/confirm-email/abc/",
            "/account/login/code/",
            "/account/password/set/",
            "/account/reauthenticate/",
            "/account/inactive/",
            "/account/",
        ],
    )
    def test_find_nothing_at(self, stranger, path):
        fields = {"email": "new@backroom.example", "password1": PASSWORD, "password2": PASSWORD}

        assert stranger.get(path).status_code == 404
        assert stranger.post(path, fields).status_code == 404
        assert not User.objects.filter(email="new@backroom.example").exists()

    def test_come_in_by_no_door_of_the_admin(self, stranger, hashes):
        person = make_user(password=PASSWORD, superuser=True)
        hashes.clear()

        answer = stranger.post(
            reverse("admin:login"), {"username": person.email, "password": PASSWORD}
        )

        assert answer["Location"].startswith(reverse("account_login"))
        assert not is_in(stranger)
        assert hashes == []


class TestSameAnswer:
    """Nobody finds out who works here."""

    def ask(self, browser, email):
        answer = sign_in(browser, email, "not the password")
        return answer.status_code, _without_tokens(answer.text).replace(email, "ADDRESS")

    def test_for_everybody(self, new_address):
        known = make_user(password=PASSWORD).email
        gone = make_user(password=PASSWORD, is_active=False).email
        invited = make_user().email

        answers = {
            self.ask(Client(REMOTE_ADDR=new_address()), email)
            for email in (known, gone, invited, "nobody@same.example")
        }

        assert len(answers) == 1

    def test_for_whoever_was_let_go_even_with_the_password(self, stranger):
        gone = make_user(password=PASSWORD, is_active=False)

        answer = sign_in(stranger, gone.email)

        assert answer.status_code == 422
        assert "do not belong together" in answer.text

    @pytest.mark.parametrize("who", ["known", "gone", "invited", "nobody"])
    def test_takes_one_hash(self, stranger, hashes, who):
        email = {
            "known": lambda: make_user(password=PASSWORD).email,
            "gone": lambda: make_user(password=PASSWORD, is_active=False).email,
            "invited": lambda: make_user().email,
            "nobody": lambda: "nobody@hashed.example",
        }[who]()
        hashes.clear()

        sign_in(stranger, email, "not the password")

        assert hashes == ["not the password"]


def _without_tokens(html: str) -> str:
    return re.sub(r'(value|nonce|content)="[^"]{30,}"|BR-[\w-]+', "", html)


class TestSignOut:
    def test_ends_the_session(self, stranger):
        person = make_user(password=PASSWORD)
        sign_in(stranger, person.email)
        cookie = stranger.cookies["backroom"].value

        answer = stranger.post(reverse("account_logout"))

        assert answer["Location"] == reverse("account_login")
        stranger.cookies["backroom"] = cookie
        assert not is_in(stranger)

    def test_is_no_link(self, stranger):
        person = make_user(password=PASSWORD)
        sign_in(stranger, person.email)

        answer = stranger.get(reverse("account_logout"))

        assert answer.status_code == 405
        assert is_in(stranger)

    def test_leads_nowhere_else(self, stranger):
        person = make_user(password=PASSWORD)
        sign_in(stranger, person.email)

        answer = stranger.post(reverse("account_logout"), {"next": "https://evil.example/"})

        assert answer["Location"] == reverse("account_login")


class TestChangePassword:
    url = "/account/password/change/"

    def change(self, browser, *, old=PASSWORD, new=OTHER, again=None):
        return browser.post(
            self.url, {"oldpassword": old, "password1": new, "password2": again or new}
        )

    def test_keeps_this_window_and_ends_the_others(self, stranger, new_address):
        person = make_user(password=PASSWORD)
        elsewhere = Client(REMOTE_ADDR=new_address())
        sign_in(stranger, person.email)
        sign_in(elsewhere, person.email)

        answer = self.change(stranger)

        assert answer["Location"] == reverse("pages:today")
        assert is_in(stranger)
        assert not is_in(elsewhere)
        person.refresh_from_db()
        assert person.check_password(OTHER)
        assert person.access_epoch == 1

    def test_tells_them_by_mail(self, stranger, letters):
        person = make_user(password=PASSWORD)
        sign_in(stranger, person.email)

        self.change(stranger)

        [letter] = letters()
        assert letter["To"] == person.email
        assert "was changed" in letter.get_content()

    @pytest.mark.parametrize(
        ("fields", "hint"),
        [
            ({"old": "not the password"}, "not your password of now"),
            ({"new": "short"}, "at least 12"),
            ({"new": "qwertyqwerty"}, "too common"),
            ({"new": "maya.okafor@back"}, "too similar"),
            ({"again": "something else altogether"}, "same password"),
        ],
    )
    def test_refuses(self, stranger, fields, hint):
        person = make_user(password=PASSWORD, email="maya.okafor@backroom.example")
        sign_in(stranger, person.email)

        answer = self.change(stranger, **fields)

        assert answer.status_code == 422
        assert hint in answer.text
        person.refresh_from_db()
        assert person.check_password(PASSWORD)

    def test_is_where_the_admin_leads_too(self, stranger):
        person = make_user(password=PASSWORD, superuser=True)
        sign_in(stranger, person.email)

        assert stranger.get(reverse("admin:password_change"))["Location"] == self.url

    def test_leads_those_without_one_to_the_mail(self, stranger):
        stranger.force_login(make_user())

        assert stranger.get(self.url)["Location"] == reverse("account_reset_password")


class TestAdminDoor:
    def test_is_shut_for_people_who_are_no_staff(self, stranger):
        person = make_user(password=PASSWORD)
        sign_in(stranger, person.email)

        answer = stranger.get(reverse("admin:index"), follow=True)

        assert answer.status_code == 403

    def test_shows_no_addresses_of_allauth_and_no_groups(self):
        shown = {model._meta.label for model in admin_site._registry}

        assert not shown & {"account.EmailAddress", "account.EmailConfirmation", "auth.Group"}
        assert {"accounts.User", "accounts.Role"} <= shown


def test_a_password_is_kept_hashed():
    person = make_user(password=PASSWORD)

    assert person.password.startswith("counted$")
    assert make_password(PASSWORD) != person.password

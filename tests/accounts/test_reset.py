import time

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts import operations
from tests.accounts.acts import OTHER, PASSWORD, choose, is_in, link_in, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def ask(browser, email):
    return browser.post(reverse("account_reset_password"), {"email": email})


def form_of(browser, link):
    """Follow the link to the form, whose address has no key."""
    return browser.get(link)["Location"]


class TestForgotten:
    def test_is_the_way_to_a_new_password(self, stranger, letters):
        person = make_user(password=PASSWORD)

        ask(stranger, person.email.upper())
        [letter] = letters()
        answer = choose(stranger, form_of(stranger, link_in(letter)))

        assert answer["Location"] == reverse("account_reset_password_from_key_done")
        assert letter["To"] == person.email
        assert not is_in(stranger)  # the new password is for the sign-in page
        sign_in(stranger, person.email, OTHER)
        assert is_in(stranger)

    def test_ends_sign_ins_elsewhere(self, stranger, new_address, letters):
        person = make_user(password=PASSWORD)
        elsewhere = Client(REMOTE_ADDR=new_address())
        sign_in(elsewhere, person.email)
        ask(stranger, person.email)

        choose(stranger, form_of(stranger, link_in(letters()[0])))

        assert not is_in(elsewhere)

    def test_tells_them_by_mail(self, stranger, letters):
        person = make_user(password=PASSWORD)
        ask(stranger, person.email)

        choose(stranger, form_of(stranger, link_in(letters()[0])))

        assert [letter["To"] for letter in letters()] == [person.email] * 2
        assert "was changed" in letters()[1].get_content()

    def test_says_the_same_whoever_asks_for_whom(self, new_address, letters):
        known = make_user(password=PASSWORD).email
        gone = make_user(password=PASSWORD, is_active=False).email
        invited = make_user().email

        answers = [
            ask(Client(REMOTE_ADDR=new_address()), email)
            for email in (known, gone, invited, "nobody@backroom.example")
        ]

        assert {(answer.status_code, answer["Location"]) for answer in answers} == {
            (302, reverse("account_reset_password_done"))
        }
        assert [letter["To"] for letter in letters()] == [known]

    def test_writes_no_address_into_a_table_of_its_own(self, stranger, letters):
        """In it an old address would go on opening the door."""
        person = make_user(password=PASSWORD)
        ask(stranger, person.email)
        choose(stranger, form_of(stranger, link_in(letters()[0])))
        sign_in(stranger, person.email, OTHER)

        assert not EmailAddress.objects.exists()

    def test_is_refused_a_weak_password(self, stranger, letters):
        person = make_user(password=PASSWORD)
        ask(stranger, person.email)

        answer = choose(stranger, form_of(stranger, link_in(letters()[0])), "qwertyqwerty")

        assert answer.status_code == 422
        assert "too common" in answer.text


class TestLink:
    def link(self, browser, letters, person=None):
        self.person = person or make_user(password=PASSWORD)
        ask(browser, self.person.email)
        return link_in(letters()[-1])

    def is_dead(self, browser, link):
        answer = browser.get(link)
        return answer.status_code == 410 and "This link has ended" in answer.text

    def test_works_once(self, stranger, new_address, letters):
        link = self.link(stranger, letters)
        choose(stranger, form_of(stranger, link))

        assert self.is_dead(Client(REMOTE_ADDR=new_address()), link)

    def test_works_for_an_hour(self, stranger, letters, monkeypatch):
        link = self.link(stranger, letters)
        late = time.time() + 3602
        monkeypatch.setattr(
            "django.contrib.auth.tokens.PasswordResetTokenGenerator._now",
            lambda self: __import__("datetime").datetime.fromtimestamp(late),
        )

        assert self.is_dead(stranger, link)

    def test_ends_when_its_person_signs_in(self, stranger, new_address, letters):
        link = self.link(stranger, letters)
        sign_in(Client(REMOTE_ADDR=new_address()), self.person.email)

        assert self.is_dead(stranger, link)

    def test_ends_when_its_person_is_let_go(self, stranger, letters):
        link = self.link(stranger, letters)
        operations.deactivate(person=self.person.pk, actor=make_user(superuser=True))

        assert self.is_dead(stranger, link)

    def test_ends_when_the_address_changes(self, stranger, letters):
        link = self.link(stranger, letters)
        operations.set_details(
            person=self.person.pk,
            email="elsewhere@backroom.example",
            name="Elsewhere",
            actor=make_user(superuser=True),
        )

        assert self.is_dead(stranger, link)

    @pytest.mark.parametrize("path", ["1-abc/", "zzzzzzzzzzzz-abc-def/", "1-set-password/", "-/"])
    def test_that_was_made_up_opens_nothing(self, stranger, path):
        answer = stranger.get(f"/account/password/reset/key/{path}")

        assert answer.status_code in {410, 404}
        assert "Keep this password" not in answer.text

    def test_does_not_stand_in_the_address_of_the_form(self, stranger, letters):
        link = self.link(stranger, letters)

        assert form_of(stranger, link).endswith("-set-password/")

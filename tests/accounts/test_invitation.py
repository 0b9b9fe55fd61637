import time

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts import operations
from accounts.models import User
from tests.accounts.acts import OTHER, PASSWORD, choose, is_in, link_in, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SITE = "http://testserver/"


def invite(actor=None, *, email="maya@backroom.example", roles=("Warehouse",), staff=False):
    return operations.invite(
        email=email,
        name="Maya Okafor",
        roles=roles,
        staff=staff,
        actor=actor or make_user(superuser=True),
        site=SITE,
    )


class TestInvitation:
    def test_leads_from_the_admin_to_today(self, stranger, new_address, letters):
        admin = Client(REMOTE_ADDR=new_address())
        admin.force_login(make_user(name="Admin", superuser=True))

        admin.post(
            reverse("admin:accounts_user_add"),
            {
                "email": "Maya@Backroom.example",
                "name": "Maya Okafor",
                "roles": [Group.objects.get(name="Warehouse").pk],
            },
        )
        [letter] = letters()
        link = link_in(letter)
        page = stranger.get(link)
        answer = choose(stranger, link)

        assert (letter["To"], letter["Subject"]) == (
            "maya@backroom.example",
            "Your invitation to Backroom",
        )
        assert "Admin has invited you" in letter.get_content()
        assert "Welcome, Maya Okafor" in page.text
        assert answer["Location"] == reverse("pages:today")
        assert is_in(stranger)
        person = User.objects.get(email="maya@backroom.example")
        assert person.has_perm("inventory.ship_stock")
        assert person.invited_at is not None
        assert person.last_login is not None
        assert stranger.session.get_expire_at_browser_close()
        stranger.post(reverse("account_logout"))
        sign_in(stranger, person.email, OTHER)
        assert is_in(stranger)

    def test_is_for_one_use(self, stranger, new_address, letters):
        invite()
        link = link_in(letters()[0])
        choose(stranger, link)

        answer = choose(Client(REMOTE_ADDR=new_address()), link, "a third long password")

        assert answer.status_code == 410
        assert "This invitation was used" in answer.text
        assert User.objects.get(email="maya@backroom.example").check_password(OTHER)

    def test_is_not_used_up_by_looking(self, stranger, letters):
        invite()
        link = link_in(letters()[0])

        statuses = {stranger.get(link).status_code, stranger.head(link).status_code}

        assert statuses == {200}
        assert choose(stranger, link).status_code == 303

    def test_is_good_for_a_week(self, stranger, letters, monkeypatch):
        invite()
        link = link_in(letters()[0])
        later = time.time() + 7 * 24 * 3600 + 1
        monkeypatch.setattr("django.core.signing.time.time", lambda: later)

        answer = stranger.get(link)

        assert answer.status_code == 410
        assert "Ask your Admin for a new one" in answer.text

    def test_is_replaced_by_the_next(self, stranger, letters):
        person = invite()
        operations.invite_again(person=person.pk, actor=make_user(superuser=True), site=SITE)
        first, second = map(link_in, letters())

        assert stranger.get(first).status_code == 410
        assert stranger.get(second).status_code == 200

    def test_ends_when_the_address_was_wrong(self, stranger, letters):
        person, admin = invite(), make_user(superuser=True)
        operations.set_details(
            person=person.pk, email="right@backroom.example", name=person.name, actor=admin
        )

        assert stranger.get(link_in(letters()[0])).status_code == 410

    def test_ends_when_its_person_is_let_go(self, stranger, letters):
        person = invite()
        operations.deactivate(person=person.pk, actor=make_user(superuser=True))

        assert choose(stranger, link_in(letters()[0])).status_code == 410

    def test_refuses_a_weak_password_and_stays_good(self, stranger, letters):
        invite()
        link = link_in(letters()[0])

        answer = choose(stranger, link, "maya okafor!")

        assert answer.status_code == 422
        assert "too similar" in answer.text
        assert choose(stranger, link).status_code == 303

    @pytest.mark.parametrize("token", ["abc", "WzEsICJ4Il0:1abc:def", "a:b:c", "%00", "x" * 5000])
    def test_that_was_made_up_opens_nothing(self, stranger, token):
        answer = stranger.get(f"/account/invitation/{token}/")

        assert answer.status_code == 410
        assert "not complete" in answer.text

    def test_signs_out_whoever_used_this_browser_before(self, stranger, letters):
        invite()
        stranger.force_login(make_user(name="Warehouse 2"))

        choose(stranger, link_in(letters()[0]))

        assert stranger.session["_auth_user_id"] == str(User.objects.get(name="Maya Okafor").pk)

    def test_needs_its_token(self, new_address, letters):
        invite()
        browser = Client(enforce_csrf_checks=True, REMOTE_ADDR=new_address())

        assert choose(browser, link_in(letters()[0])).status_code == 403

    def test_is_not_sent_when_the_person_was_not_made(self, letters):
        with pytest.raises(operations.BeyondYourRights):
            invite(make_user(), roles=("Admin",))

        assert letters() == []
        assert not User.objects.filter(email="maya@backroom.example").exists()

    def test_is_not_sent_to_whoever_has_a_password(self):
        person = make_user(password=PASSWORD)

        with pytest.raises(operations.PeopleError, match="has a password"):
            operations.invite_again(person=person.pk, actor=make_user(superuser=True), site=SITE)

"""What an Admin does with people, and what nobody can do."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts import operations
from accounts.models import User
from tests.accounts.acts import PASSWORD, choose, is_in, link_in, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SITE = "http://testserver/"


def person_of(role, **fields):
    person = make_user(name=f"{role} 1", is_staff=role in {"Admin", "Supervisor"}, **fields)
    person.groups.add(Group.objects.get(name=role))
    return person


@pytest.fixture
def boss():
    """Somebody with all rights."""
    return make_user(name="Boss", superuser=True)


@pytest.fixture
def admin(boss, new_address):
    """The browser of somebody with all rights."""
    browser = Client(REMOTE_ADDR=new_address())
    browser.force_login(boss)
    return browser


class TestDeactivate:
    def test_ends_every_sign_in_at_the_next_request(self, boss, stranger, new_address):
        person = person_of("Warehouse", password=PASSWORD)
        handheld = Client(REMOTE_ADDR=new_address())
        sign_in(stranger, person.email)
        sign_in(handheld, person.email)

        operations.deactivate(person=person.pk, actor=boss)

        assert not is_in(stranger)
        assert not is_in(handheld)

    def test_lets_no_old_sign_in_live_again(self, boss, stranger, letters):
        person = person_of("Warehouse", password=PASSWORD)
        sign_in(stranger, person.email)
        operations.deactivate(person=person.pk, actor=boss)

        operations.reactivate(person=person.pk, actor=boss, site=SITE)

        assert not is_in(stranger)
        choose(stranger, link_in(letters()[0]))
        assert is_in(stranger)
        assert User.objects.get(pk=person.pk).has_perm("inventory.ship_stock")

    def test_moves_the_access_epoch(self, boss):
        person = make_user()

        assert operations.deactivate(person=person.pk, actor=boss).access_epoch == 1

    def test_refuses_oneself(self, boss):
        make_user(superuser=True)

        with pytest.raises(operations.NotYourself):
            operations.deactivate(person=boss.pk, actor=boss)

        assert User.objects.get(pk=boss.pk).is_active

    def test_refuses_who_may_do_more(self, boss):
        with pytest.raises(operations.BeyondYourRights):
            operations.deactivate(person=boss.pk, actor=person_of("Admin"))

    def test_says_nothing_is_to_do_for_somebody_who_is_in(self, boss):
        with pytest.raises(operations.PeopleError, match="active already"):
            operations.reactivate(person=make_user().pk, actor=boss, site=SITE)


class TestSetRoles:
    def give(self, person, actor, **given):
        given.setdefault("roles", {group.name for group in person.groups.all()})
        given.setdefault("staff", person.is_staff)
        return operations.set_roles(person=person.pk, actor=actor, **given)

    def test_moves_the_access_epoch(self, boss):
        person = self.give(make_user(), boss, roles={"Support"})

        assert person.access_epoch == 1
        assert person.has_perm("inventory.view_item")
        assert not person.has_perm("inventory.ship_stock")

    def test_takes_away_what_is_not_named(self, boss):
        person = self.give(person_of("Supervisor"), boss, roles={"Support"}, staff=False)

        assert [group.name for group in person.groups.all()] == ["Support"]
        assert not person.is_staff

    def test_refuses_a_role_that_gives_more_than_one_has(self):
        person = person_of("Support")
        keeper = make_user(is_staff=True)
        keeper.user_permissions.add(Permission.objects.get(codename="change_user"))
        keeper.groups.add(Group.objects.get(name="Support"))

        with pytest.raises(operations.BeyondYourRights, match="Warehouse gives more"):
            self.give(person, keeper, roles={"Warehouse"})

    def test_an_admin_gives_every_role_but_not_all_rights(self):
        admin, person = person_of("Admin"), make_user()

        self.give(person, admin, roles={"Admin", "Warehouse"}, staff=True)

        with pytest.raises(operations.BeyondYourRights, match="all rights"):
            self.give(person, admin, superuser=True)
        assert not User.objects.get(pk=person.pk).is_superuser

    def test_an_admin_gives_themselves_no_right(self):
        admin = person_of("Admin")

        with pytest.raises(operations.BeyondYourRights):
            self.give(admin, admin, superuser=True)

    @pytest.mark.parametrize("given", [{"superuser": False}, {"staff": False}])
    def test_nobody_takes_all_rights_from_themselves(self, boss, given):
        make_user(superuser=True)

        with pytest.raises(operations.NotYourself):
            self.give(boss, boss, **given)

    @pytest.mark.parametrize("given", [{"roles": ()}, {"staff": False}])
    def test_nobody_takes_a_role_or_the_admin_from_themselves(self, given):
        admin = person_of("Admin")

        with pytest.raises(operations.NotYourself):
            self.give(admin, admin, **given)

        assert self.give(admin, admin).is_staff  # what changes nothing is no matter


class TestSetDetails:
    def test_moves_the_sign_in_and_tells_the_old_address(self, boss, stranger, letters):
        person = make_user(name="Maya", password=PASSWORD, email="old@backroom.example")

        operations.set_details(
            person=person.pk, email="New@Backroom.Example", name="Maya", actor=boss
        )

        [letter] = letters()
        assert letter["To"] == "old@backroom.example"
        assert "new@backroom.example" in letter.get_content()
        sign_in(stranger, "old@backroom.example")
        assert not is_in(stranger)
        sign_in(stranger, "new@backroom.example")
        assert is_in(stranger)

    def test_refuses_who_may_do_more(self, boss):
        """Whoever has the address gets the mail that opens the door."""
        with pytest.raises(operations.BeyondYourRights):
            operations.set_details(
                person=boss.pk, email="mine@backroom.example", name="Boss", actor=person_of("Admin")
            )


class TestPeopleInTheAdmin:
    def page(self, person):
        return reverse("admin:accounts_user_change", args=[person.pk])

    def fields(self, person, **changed):
        fields = {
            "email": person.email,
            "name": person.name,
            "roles": [group.pk for group in person.groups.all()],
            "is_staff": "on" if person.is_staff else "",
            "is_superuser": "on" if person.is_superuser else "",
        } | changed
        return {name: value for name, value in fields.items() if value != ""}

    def act(self, browser, action, *people):
        return browser.post(
            reverse("admin:accounts_user_changelist"),
            {"action": action, "_selected_action": [person.pk for person in people]},
            follow=True,
        )

    def test_are_listed_with_what_an_admin_wants_to_know(
        self, admin, django_assert_max_num_queries
    ):
        for _ in range(20):
            person_of("Warehouse")

        with django_assert_max_num_queries(10):
            answer = admin.get(reverse("admin:accounts_user_changelist"))

        for head in ("Roles", "Invited", "Last sign-in"):
            assert head.lower() in answer.text.lower()
        assert "Warehouse" in answer.text

    def test_are_never_deleted(self, admin):
        person = make_user()

        answer = admin.post(
            reverse("admin:accounts_user_delete", args=[person.pk]), {"post": "yes"}
        )

        assert answer.status_code == 403
        assert "delete_selected" not in admin.get(reverse("admin:accounts_user_changelist")).text

    def test_are_given_roles(self, admin):
        person = make_user()
        role = Group.objects.get(name="Purchasing")

        answer = admin.post(self.page(person), self.fields(person, roles=[role.pk], name="P 9"))

        assert answer.status_code == 302
        person.refresh_from_db()
        assert (person.name, person.access_epoch) == ("P 9", 1)
        assert person.has_perm("inventory.add_item")

    def test_are_let_go_and_let_in_again(self, admin, letters):
        person = make_user(password=PASSWORD)

        gone = self.act(admin, "deactivate", person)
        back = self.act(admin, "reactivate", person)

        assert "is let go" in gone.text
        assert "is let in again" in back.text
        assert [letter["To"] for letter in letters()] == [person.email]

    def test_are_invited_again(self, admin, letters):
        person = make_user()

        answer = self.act(admin, "invite_again", person, make_user(password=PASSWORD))

        assert "is invited" in answer.text
        assert "has a password" in answer.text
        assert [letter["To"] for letter in letters()] == [person.email]

    def test_a_refusal_is_said_and_nothing_is_written(self, admin, boss):
        answer = admin.post(
            self.page(boss),
            self.fields(boss, name="New name", is_superuser=""),
            follow=True,
        )

        assert "Nobody takes away their own rights" in answer.text
        boss.refresh_from_db()
        assert boss.is_superuser
        assert boss.name == "Boss"

    def test_the_same_address_in_other_letters_is_refused(self, admin):
        make_user(email="maya@backroom.example")

        answer = admin.post(
            reverse("admin:accounts_user_add"), {"email": "MAYA@backroom.example", "name": "M"}
        )

        assert "Somebody with this address is here already" in answer.text
        assert User.objects.filter(email__iexact="maya@backroom.example").count() == 1

    def test_an_admin_sees_who_has_all_rights_and_changes_nothing_there(self, boss, stranger):
        stranger.force_login(person_of("Admin"))

        shown = stranger.get(self.page(boss))
        answer = stranger.post(self.page(boss), self.fields(boss, email="mine@backroom.example"))

        assert shown.status_code == 200
        assert answer.status_code == 403
        boss.refresh_from_db()
        assert boss.email != "mine@backroom.example"

    def test_an_admin_is_not_offered_all_rights(self, stranger):
        stranger.force_login(person_of("Admin"))
        person = make_user()

        stranger.post(self.page(person), self.fields(person, is_superuser="on"))

        assert "is_superuser" not in stranger.get(self.page(person)).text
        person.refresh_from_db()
        assert not person.is_superuser

    @pytest.mark.parametrize(
        "role", ["Warehouse", "Purchasing", "Support", "Supervisor", "Developer"]
    )
    def test_are_nobodys_but_an_admins(self, stranger, role):
        person = person_of(role)
        User.objects.filter(pk=person.pk).update(is_staff=True)
        stranger.force_login(person)

        for url in ("changelist", "add"):
            answer = stranger.get(reverse(f"admin:accounts_user_{url}"))
            assert answer.status_code == 403


class TestRolesInTheAdmin:
    def save(self, browser, role, permissions):
        return browser.post(
            reverse("admin:accounts_role_change", args=[role.pk]),
            {"name": role.name, "permissions": [permission.pk for permission in permissions]},
            follow=True,
        )

    def test_are_edited_and_those_who_have_them_are_asked_anew(self, admin):
        person = person_of("Support")
        role = Group.objects.get(name="Support")
        ship = Permission.objects.get(codename="ship_stock")

        self.save(admin, role, [*role.permissions.all(), ship])

        person = User.objects.get(pk=person.pk)
        assert person.has_perm("inventory.ship_stock")
        assert person.access_epoch == 1

    def test_are_given_nothing_that_one_does_not_have(self, stranger):
        stranger.force_login(person_of("Admin"))
        role = Group.objects.get(name="Support")
        before = set(role.permissions.all())
        more = Permission.objects.get(codename="change_stockmovement")

        answer = self.save(stranger, role, [*before, more])

        assert "You do not have this yourself" in answer.text
        assert set(role.permissions.all()) == before

    def test_are_not_called_the_same_in_another_case(self, admin):
        answer = admin.post(reverse("admin:accounts_role_add"), {"name": "warehouse "})

        assert "A role is called so already." in answer.text
        assert not Group.objects.filter(name="warehouse").exists()

    @pytest.fixture
    def beyond(self):
        """A role that gives more than an Admin has."""
        role = Group.objects.create(name="Beyond")
        role.permissions.add(Permission.objects.get(codename="change_stockmovement"))
        return role

    def delete(self, browser, *roles, in_bulk):
        if in_bulk:
            keys = [role.pk for role in roles]
            chosen = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
            url = reverse("admin:accounts_role_changelist")
            return browser.post(url, chosen, follow=True)
        url = reverse("admin:accounts_role_delete", args=[roles[0].pk])
        return browser.post(url, {"post": "yes"}, follow=True)

    @pytest.mark.parametrize("in_bulk", [False, True])
    def test_are_not_deleted_by_who_does_not_have_them(self, stranger, beyond, in_bulk):
        stranger.force_login(person_of("Admin"))

        answer = self.delete(stranger, beyond, in_bulk=in_bulk)

        assert "Beyond gives more than you have" in answer.text
        assert Group.objects.filter(name="Beyond").exists()
        assert not LogEntry.objects.exists()

    def test_are_deleted_all_or_none(self, stranger, beyond):
        stranger.force_login(person_of("Admin"))

        self.delete(stranger, Group.objects.get(name="Support"), beyond, in_bulk=True)

        assert Group.objects.filter(name__in=["Support", "Beyond"]).count() == 2

    def test_are_not_deleted_by_who_would_lose_their_own(self, stranger):
        stranger.force_login(person_of("Admin"))

        answer = self.delete(stranger, Group.objects.get(name="Admin"), in_bulk=False)

        assert "Nobody takes away their own rights" in answer.text
        assert Group.objects.filter(name="Admin").exists()

    @pytest.mark.parametrize("in_bulk", [False, True])
    def test_that_are_deleted_are_gone_at_the_next_request(self, stranger, in_bulk):
        stranger.force_login(person_of("Admin"))
        person = person_of("Support")

        self.delete(stranger, Group.objects.get(name="Support"), in_bulk=in_bulk)

        assert not Group.objects.filter(name="Support").exists()
        assert User.objects.get(pk=person.pk).access_epoch == 1

    def test_a_refusal_keeps_what_was_typed(self, stranger, beyond):
        stranger.force_login(person_of("Admin"))

        answer = stranger.post(
            reverse("admin:accounts_role_change", args=[beyond.pk]), {"name": "Typed"}
        )

        assert answer.status_code == 200
        assert "You do not have this yourself" in answer.text
        assert 'value="Typed"' in answer.text
        assert Group.objects.filter(name="Beyond").exists()

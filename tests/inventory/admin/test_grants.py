"""Grants, given and taken in the admin."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.access import EVERYWHERE, scope_of
from accounts.models import Role, User
from inventory import operations
from inventory.models import Grant
from tests.factories import grant, make_place, make_site, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:inventory_grant_changelist")
ADD = reverse("admin:inventory_grant_add")


@pytest.fixture
def boss():
    return make_user(name="Admin", superuser=True)


@pytest.fixture
def admin(client, boss):
    client.force_login(boss)
    return client


@pytest.fixture
def north():
    return make_site(code="NORTH", name="Unit 4, Leeds")


def admin_by_role(**fields):
    """Somebody with the role Admin, without all rights."""
    person = make_user(name="Admin 2", is_staff=True, **fields)
    person.groups.add(Group.objects.get(name="Admin"))
    return person


def page_of(given, act):
    return reverse(f"admin:inventory_grant_{act}", args=[given.pk])


class TestGiving:
    def test_keeps_a_person_to_a_place_from_the_next_request(self, admin, client, north):
        person = make_user(name="Warehouse 2")

        answer = admin.post(ADD, {"user": person.pk, "location": north.pk, "may_move": "on"})

        assert answer.status_code == 302
        given = Grant.objects.get()
        assert (given.user, given.location, given.may_move) == (person, north, True)
        anew = User.objects.get(pk=person.pk)
        assert scope_of(anew).paths == (north.path,)
        assert anew.access_epoch == person.access_epoch + 1
        assert LogEntry.objects.get().object_repr == "Warehouse 2 at NORTH"

    def test_keeps_everybody_with_a_role(self, admin, north):
        team = Role.objects.create(name="Team North")
        person = make_user()
        person.groups.add(team)

        admin.post(ADD, {"role": team.pk, "location": north.pk})

        assert Grant.objects.get().may_move is False
        assert scope_of(person).paths == (north.path,)

    def test_to_nobody_or_to_two_is_refused_in_the_form(self, admin, north):
        both = {"user": make_user().pk, "role": Role.objects.create(name="Team").pk}

        for who in ({}, both):
            answer = admin.post(ADD, {**who, "location": north.pk})
            assert "Choose a person or a role: one of the two." in answer.text

        assert not Grant.objects.exists()

    def test_twice_is_refused_in_the_form(self, admin, north):
        person = make_user()
        grant(person, north, may_move=False)

        answer = admin.post(ADD, {"user": person.pk, "location": north.pk, "may_move": "on"})

        assert "There is a grant for this place already. Change that one." in answer.text
        assert Grant.objects.get().may_move is False

    def test_to_whoever_has_all_rights_is_told_to_be_idle(self, admin, boss, north):
        answer = admin.post(ADD, {"user": boss.pk, "location": north.pk})

        assert "has all rights, at every place" in answer.text
        assert not Grant.objects.exists()

    def test_nobody_gives_themselves(self, client, north):
        person = admin_by_role()
        client.force_login(person)

        own = client.post(ADD, {"user": person.pk, "location": north.pk})
        by_role = client.post(
            ADD, {"role": Role.objects.get(name="Admin").pk, "location": north.pk}
        )

        assert "Nobody changes their own rights" in own.text
        assert "You have this role yourself" in by_role.text
        assert not Grant.objects.exists()

    def test_the_list_of_places_is_searched_by_code(self, admin, north):
        asked = {"app_label": "inventory", "model_name": "grant", "field_name": "location"}

        answer = admin.get(reverse("admin:autocomplete"), {**asked, "term": "nor"})

        assert [one["text"] for one in answer.json()["results"]] == ["NORTH"]


class TestChanging:
    def test_says_see_or_move_and_nothing_else(self, admin, north):
        given = grant(make_user(), north)

        admin.post(page_of(given, "change"), {"location": make_site().pk})

        given.refresh_from_db()
        assert (given.may_move, given.location) == (False, north)


class TestTaking:
    def test_the_last_one_says_what_it_opens_before_and_after(self, admin, north):
        person = make_user(name="Warehouse 2")
        given = grant(person, north)
        said = "Warehouse 2 has no other grant, and without this one sees and moves everything."

        assert said in admin.get(page_of(given, "delete")).text
        answer = admin.post(page_of(given, "delete"), {"post": "yes"}, follow=True)

        assert said in answer.text
        assert scope_of(User.objects.get(pk=person.pk)) == EVERYWHERE

    def test_of_a_role_counts_whom_it_opens_to(self, admin, north):
        team = Role.objects.create(name="Team North")
        people = [make_user(), make_user(), make_user(is_active=False)]
        for person in people:
            person.groups.add(team)
        given = grant(team, north)
        grant(people[0], make_site())

        assert operations.count_last_of(given) == 1
        assert "1 person without any other grant" in admin.get(page_of(given, "delete")).text

    def test_another_one_opens_nothing(self, admin, north):
        person = make_user(name="Warehouse 2")
        given = grant(person, north)
        grant(person, make_site())

        answer = admin.get(page_of(given, "delete"))

        assert "sees and moves everything" not in answer.text


class TestTheList:
    def test_tells_who_where_and_what(self, admin, north, django_assert_max_num_queries):
        for number in range(15):
            grant(make_user(name=f"Warehouse {number}"), north, may_move=number > 0)
        grant(Role.objects.create(name="Team"), make_place(code="A-01"))

        with django_assert_max_num_queries(10):
            answer = admin.get(LIST)

        assert "Whoever has no grant" in answer.text
        assert "Everybody with the role Team" in answer.text
        assert "Unit 4, Leeds" in answer.text
        assert answer.text.count("See and move") >= 15

    @pytest.mark.parametrize("text", ["house 7", "nort"])
    def test_is_searched_by_person_and_place(self, admin, north, text):
        grant(make_user(name="Warehouse 7"), north)
        grant(make_user(name="Somebody"), make_site(code="SOUTH"))

        answer = admin.get(LIST, {"q": text})

        assert "Warehouse 7" in answer.text
        assert "Somebody" not in answer.text


class TestWhoeverIsKeptToAPlace:
    """They must not make somebody who sees more, nor open the house for themselves."""

    @pytest.fixture
    def narrowed(self, client, north):
        person = admin_by_role()
        grant(person, north)
        client.force_login(person)
        return person

    def test_sees_and_gives_no_grants(self, narrowed, client, north):
        own = Grant.objects.get()

        answers = [
            client.get(LIST),
            client.get(ADD),
            client.post(ADD, {"user": make_user().pk, "location": north.pk}),
            client.post(page_of(own, "delete"), {"post": "yes"}),
        ]

        assert [answer.status_code for answer in answers] == [403] * 4
        with pytest.raises(operations.GrantRefused, match="at every place"):
            operations.take_grant(grant=own.pk, actor=narrowed)
        assert Grant.objects.get() == own

    def test_invites_nobody(self, narrowed, client):
        answer = client.post(
            reverse("admin:accounts_user_add"), {"email": "x@backroom.example", "name": "X"}
        )

        assert "may do more than you" in answer.text
        assert not User.objects.filter(email="x@backroom.example").exists()


class TestARoleThatCarriesGrants:
    def test_is_not_deleted(self, admin, north):
        team = Role.objects.create(name="Team North")
        grant(team, north)

        answer = admin.post(
            reverse("admin:accounts_role_delete", args=[team.pk]), {"post": "yes"}, follow=True
        )

        assert answer.status_code < 500
        assert Role.objects.filter(pk=team.pk).exists()

    def test_whoever_loses_it_and_sees_everything_is_named(self, admin, north):
        team = Role.objects.create(name="Team North")
        person = make_user(name="Warehouse 2")
        person.groups.add(team)
        grant(team, north)

        answer = admin.post(
            reverse("admin:accounts_user_change", args=[person.pk]),
            {"email": person.email, "name": person.name},
            follow=True,
        )

        assert "Warehouse 2 sees and moves stock at every place now." in answer.text

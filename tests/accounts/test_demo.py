import io
import re

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import call_command

from accounts import checks, operations
from accounts.models import User
from accounts.operations import demo
from tests.accounts.acts import is_in, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_demo(settings):
    settings.DEMO = True


def printed():
    out = io.StringIO()
    call_command("demo_signins", stdout=out)
    return out.getvalue().splitlines()


class TestDemoPeople:
    @pytest.mark.usefixtures("as_demo")
    def test_are_one_of_each_role_and_two_in_the_warehouse(self):
        people = operations.make_demo_people()

        assert list(people) == [
            "Admin",
            "Warehouse 1",
            "Warehouse 2",
            "Purchasing 1",
            "Support 1",
            "Supervisor 1",
            "Developer 1",
        ]
        assert people["Admin"].is_superuser
        assert [person.name for person in people.values() if person.is_staff] == [
            "Admin",
            "Supervisor 1",
        ]
        assert people["Warehouse 2"].has_perm("inventory.ship_stock")

    @pytest.mark.usefixtures("as_demo")
    def test_are_made_once_with_one_hash(self, hashes):
        operations.make_demo_people()
        made = hashes[:]

        operations.make_demo_people()

        assert User.objects.count() == len(demo.PEOPLE)
        assert len(made) == 1

    def test_are_not_made_without_demo(self):
        with pytest.raises(operations.PeopleError):
            operations.make_demo_people()

        assert not User.objects.exists()


class TestSignins:
    @pytest.mark.usefixtures("as_demo")
    def test_are_printed_with_the_admin_first_and_work(self, stranger):
        operations.make_demo_people()

        lines = printed()

        assert len(lines) == len(demo.PEOPLE)
        name, email, password = re.split(r"\s{2,}", lines[0])
        assert (name, email) == ("Admin", "admin@backroom.example")
        sign_in(stranger, email, password)
        assert is_in(stranger)

    @pytest.mark.usefixtures("as_demo")
    def test_are_of_this_installation_alone(self, settings):
        before = demo.password()
        settings.SECRET_KEY = "another installation's"

        assert demo.password() != before

    @pytest.mark.usefixtures("as_demo")
    def test_are_printed_only_of_people_who_are_there(self):
        assert printed() == []

    def test_are_a_password_that_anybody_might_choose(self):
        validate_password(demo.password())

    def test_are_not_printed_without_demo(self, settings):
        settings.DEMO = True
        operations.make_demo_people()
        settings.DEMO = False

        assert printed() == []


def test_production_is_told_not_to_have_demo_people(settings):
    settings.DEMO = True
    assert [error.id for error in checks.no_demo_sign_ins()] == ["accounts.E001"]

    settings.DEMO = False
    assert checks.no_demo_sign_ins() == []


class TestCreateSuperuser:
    def test_asks_for_address_name_and_password(self, monkeypatch):
        answers = iter(["Boss@Backroom.Example", "The Boss"])
        monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
        monkeypatch.setattr("getpass.getpass", lambda *prompt: "a long enough password")
        terminal = io.StringIO()
        terminal.isatty = lambda: True

        call_command("createsuperuser", stdin=terminal, verbosity=0)

        boss = User.objects.get(email="boss@backroom.example")
        assert (boss.name, boss.is_superuser, boss.is_staff) == ("The Boss", True, True)
        assert boss.check_password("a long enough password")

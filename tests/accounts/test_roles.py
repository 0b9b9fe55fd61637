"""Roles as they are declared, as they stand in the docs, and as they stand in the database."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from accounts.delivery import deliver
from accounts.models import DeliveredPermission
from accounts.roles import ROLES, STAFF
from tests.factories import make_user

DOCS = Path(__file__).parents[2] / "docs" / "roles.md"


def permissions_of(role):
    rows = Permission.objects.filter(group__name=role).select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


def migrated():
    for app in ("inventory", "jobs", "accounts"):
        deliver(apps.get_app_config(app), using="default")


@pytest.mark.django_db
class TestRoles:
    def test_have_what_is_declared_after_migrating(self):
        assert {role: permissions_of(role) for role in ROLES} == ROLES

    def test_name_only_permissions_that_exist(self):
        known = {
            f"{row.content_type.app_label}.{row.codename}"
            for row in Permission.objects.select_related("content_type")
        }

        assert {name for names in ROLES.values() for name in names} - known == set()

    @pytest.mark.parametrize(
        ("role", "may", "may_not"),
        [
            ("Warehouse", "receive ship return adjust reverse", ""),
            ("Purchasing", "receive", "ship return adjust reverse"),
            ("Support", "", "receive ship return adjust reverse"),
            ("Supervisor", "receive ship return adjust reverse", ""),
            ("Developer", "", "receive ship return adjust reverse"),
            ("Admin", "receive ship return adjust reverse", ""),
        ],
    )
    def test_say_who_moves_stock(self, role, may, may_not):
        person = make_user()
        person.groups.add(Group.objects.get(name=role))

        for act in may.split():
            assert person.has_perm(f"inventory.{act}_stock"), act
        for act in may_not.split():
            assert not person.has_perm(f"inventory.{act}_stock"), act

    def test_keep_what_staff_took_and_added(self):
        support = Group.objects.get(name="Support")
        support.permissions.remove(Permission.objects.get(codename="view_reason"))
        support.permissions.add(Permission.objects.get(codename="ship_stock"))

        migrated()

        taken, added = {"inventory.view_reason"}, {"inventory.ship_stock"}
        assert permissions_of("Support") == ROLES["Support"] - taken | added

    def test_get_what_a_new_release_declares(self, monkeypatch):
        more = ROLES["Support"] | {"inventory.return_stock"}
        monkeypatch.setitem(ROLES, "Support", more)

        migrated()

        assert permissions_of("Support") == more

    def test_are_left_alone_when_staff_renamed_or_deleted_them(self, monkeypatch):
        Group.objects.filter(name="Support").update(name="Helpdesk")
        Group.objects.filter(name="Developer").delete()
        monkeypatch.setitem(ROLES, "Support", ROLES["Support"] | {"inventory.return_stock"})

        migrated()

        assert not Group.objects.filter(name__in=["Support", "Developer"]).exists()
        assert "inventory.return_stock" not in permissions_of("Helpdesk")

    def test_get_a_permission_that_comes_later(self, monkeypatch):
        monkeypatch.setitem(ROLES, "Support", ROLES["Support"] | {"inventory.fly_stock"})
        migrated()
        before = permissions_of("Support")
        some = Permission.objects.get(codename="ship_stock")
        Permission.objects.create(codename="fly_stock", name="x", content_type=some.content_type)

        migrated()

        assert permissions_of("Support") == before | {"inventory.fly_stock"}

    def test_are_filled_by_migrating(self):
        Group.objects.get(name="Support").permissions.clear()
        DeliveredPermission.objects.all().delete()

        call_command("migrate", verbosity=0)

        assert permissions_of("Support") == ROLES["Support"]


class TestTable:
    def rows(self):
        cells = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in DOCS.read_text().splitlines()
            if line.startswith("|")
        ]
        head, _, *rows = cells
        return head[2:], {re.sub("`", "", row[1]): row[2:] for row in rows}

    def test_in_the_docs_is_what_is_declared(self):
        roles, rows = self.rows()

        told = {
            role: {name for name, marks in rows.items() if marks[column] == "yes"}
            for column, role in enumerate(roles)
        }

        assert told == ROLES

    def test_in_the_docs_tells_every_act_once(self):
        acts = [line.split("|")[1] for line in DOCS.read_text().splitlines() if line[:2] == "| "]

        assert len(acts) == len(set(acts)) == len(set().union(*ROLES.values())) + 1

    def test_in_the_docs_tells_who_is_staff(self):
        assert "by custom Supervisor and Admin" in DOCS.read_text()
        assert {"Supervisor", "Admin"} == STAFF

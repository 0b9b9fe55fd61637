"""Promises that the project as a whole keeps."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from pages import navigation
from tests.factories import make_user

PROJECT = Path(__file__).parent.parent
PACKAGES = ["config", "inventory", "jobs", "accounts", "pages", "islands"]
OWN_APPS = ["inventory", "jobs", "accounts", "pages"]

# What a stranger may open: asking to be let in, and what machines ask.
OPEN = {
    "account_email_verification_sent",
    "account_inactive",
    "account_invitation",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "admin:login",
    "pages:readyz",
}


def views(resolver: URLResolver, prefix: str = "", namespace: str = "") -> Iterator[tuple]:
    """Every page: its name and a path that leads there."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from views(pattern, route, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", "/" + filled(route)


def filled(route: str) -> str:
    """A path that the route takes: any number, word or path will do for a stranger."""
    route = re.sub(r"\(\?P<\w+>([^)]*)\)", sample, route)  # a regular expression's group
    route = re.sub(r"<uuid:[^>]+>", "00000000-0000-4000-8000-000000000000", route)
    route = re.sub(r"<int:[^>]+>", "1", route)
    route = re.sub(r"<(?:\w+:)?[^>]+>", "a", route)
    return re.sub(r"[\^$\\]|\(\?:|\)\?|\)", "", route)


def sample(group: re.Match) -> str:
    """Something that the group takes: so many digits, the first of some words, or any two words."""
    pattern = group[1]
    if digits := re.fullmatch(r"\[0-9a-f\]\{(\d+)\}", pattern):
        return "0" * int(digits[1])
    return pattern.split("|")[0] if re.fullmatch(r"[\w|]+", pattern) else "a-b"


PAGES = dict(views(get_resolver()))


@pytest.mark.parametrize("name", sorted(PAGES.keys() - {"admin:None"}))  # it takes what is left
def test_every_page_is_found_by_the_path_that_these_tests_ask(name):
    assert resolve(PAGES[name]).view_name == name


@pytest.mark.django_db
class TestStrangers:
    @pytest.mark.parametrize("name", sorted(PAGES.keys() - OPEN))
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_are_asked_to_sign_in_on_every_page(self, client, name, method):
        answer = getattr(client, method)(PAGES[name])

        assert answer.status_code == 302, PAGES[name]
        assert answer["Location"].startswith((reverse("account_login"), reverse("admin:login")))

    def test_are_shown_the_way_in_where_no_page_is(self, client):
        answer = client.get("/no/such/page")

        assert answer.status_code == 404
        assert reverse("account_login") in answer.text

    def test_find_no_way_to_register(self, client):
        words = client.get(reverse("account_login")).content.decode().lower()

        assert "sign up" not in words
        assert "register" not in words


@pytest.mark.django_db
class TestEveryPage:
    def test_of_the_navigation_opens(self, client):
        client.force_login(make_user(superuser=True))

        statuses = {name: client.get(reverse(name)).status_code for name in navigation._entries}

        assert set(statuses.values()) == {200}, statuses

    @pytest.mark.parametrize("name", sorted(PAGES.keys() - OPEN))
    def test_answers_htmx_too(self, client, name):
        client.force_login(make_user(superuser=True))

        answer = client.get(
            PAGES[name], headers={"HX-Request": "true", "HX-Request-Type": "partial"}
        )

        assert answer.status_code < 500, PAGES[name]

    @pytest.mark.parametrize("name", sorted(PAGES.keys() - OPEN))
    def test_refuses_a_post_without_its_token(self, name):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_user(superuser=True))

        assert client.post(PAGES[name]).status_code in {403, 404, 405}, PAGES[name]


@pytest.mark.django_db
class TestDatabase:
    def test_is_of_the_version_that_was_asked_for(self):
        major = str(connection.pg_version // 10000)

        assert major == os.environ.get("BACKROOM_POSTGRES", major)

    def test_migrations_match_the_models(self):
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)

    def test_every_choice_is_kept_by_a_check(self):
        """`choices` do not bind the database."""
        loose = [
            f"{model.__name__}.{field.name}"
            for model in own_models()
            for field in model._meta.local_fields
            if field.choices and not is_checked(model, field)
        ]

        assert loose == []

    def test_no_model_sorts_by_itself(self):
        assert [model for model in own_models() if model._meta.ordering] == []

    def test_every_constraint_and_index_of_the_models_is_in_the_database(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class")
            there = {name for [name] in cursor.fetchall()}

        named = [*own_constraints(), *own_indexes()]

        assert [name for name in named if name not in there] == []

    def test_a_person_is_never_deleted_by_deleting_another_row(self):
        keys_to_people = [
            f"{model.__name__}.{field.name}"
            for model in own_models()
            for field in model._meta.local_fields
            if field.is_relation
            and field.related_model is apps.get_model(settings.AUTH_USER_MODEL)
            and field.remote_field.on_delete is models.CASCADE
        ]

        assert keys_to_people == []


def own_models():
    return [model for app in OWN_APPS for model in apps.get_app_config(app).get_models()]


def own_constraints():
    return [each.name for model in own_models() for each in model._meta.constraints]


def own_indexes():
    return [each.name for model in own_models() for each in model._meta.indexes]


def is_checked(model, field):
    checks = [each for each in model._meta.constraints if isinstance(each, models.CheckConstraint)]
    return any(field.name in str(check.condition) for check in checks)


def sources(*, below: tuple[str, ...] = tuple(PACKAGES)) -> list[Path]:
    return [
        path
        for package in below
        for path in sorted((PROJECT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


class TestSource:
    def test_effects_below_the_edge_are_rows(self):
        """Nothing below the edge knows Celery: `.delay` is for edges and the nudge."""
        edges = {"schedule.py", "nudge.py", "celery.py", "relay.py"}

        calls = [
            str(path.relative_to(PROJECT))
            for path in sources()
            if path.name not in edges and re.search(r"\.(delay|apply_async)\(", path.read_text())
        ]

        assert calls == []

    def test_a_hint_after_commit_is_robust(self):
        """Without `robust=True` a lost hint is a written row and a 500."""
        fragile = [
            f"{path.relative_to(PROJECT)}: {call}"
            for path in sources()
            for call in re.findall(r"on_commit\([^\n]*(?:\n[^\n]*){0,2}", path.read_text())
            if "robust=True" not in call
        ]

        assert fragile == []

    def test_no_template_has_inline_style_or_script(self):
        """The policy forbids them, so they would silently do nothing."""
        inline = [
            f"{path.relative_to(PROJECT)}: {found}"
            for path in (PROJECT / "templates").rglob("*.html")
            for found in re.findall(r"\sstyle=|\son[a-z]+=\"|<style|javascript:", path.read_text())
        ]

        assert inline == []

    def test_no_module_is_named_after_nothing(self):
        vague = {"utils", "helpers", "common", "services", "managers", "signals", "misc"}

        assert [path for path in sources() if path.stem in vague] == []

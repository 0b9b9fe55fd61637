"""Fixtures that every test may ask for."""

import email
import email.policy
import os

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases

from jobs import relay

OWN_APPS = ["inventory", "jobs", "accounts"]
# Lists that a migration begins: every test finds them.
BEGUN = {"inventory_unit", "inventory_reason", "accounts_deliveredpermission"}


@pytest.fixture(scope="session")
def django_db_setup(
    request, django_test_environment, django_db_modify_db_settings, django_db_blocker
):
    """Make the test database, always; `--reuse-db` keeps it for the next run.

    pytest-django's own makes it only when some test has the mark `django_db`. A run of nothing but
    tests with `committed` would work on the database of `DATABASE_URL`, and sweep that.
    """
    keeps = request.config.getoption("reuse_db")
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=keeps)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0, keepdb=keeps)


@pytest.fixture(scope="module")
def committed(django_db_setup, django_db_blocker):
    """Rows that every connection sees; swept when the module is done."""
    with django_db_blocker.unblock():
        yield
        models = [m for app in OWN_APPS for m in apps.get_app_config(app).get_models()]
        tables = {model._meta.db_table for model in models if not model._meta.proxy} - BEGUN
        with transaction.atomic(), connection.cursor() as cursor:
            # Movements refuse DELETE and TRUNCATE; for a replica no trigger fires.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"TRUNCATE {', '.join(sorted(tables))} CASCADE")
        connection.close()


# --- browser tests: they run when there is a browser, and it is said when not -------------------

BROWSER = os.environ.get("BACKROOM_BROWSER", "")
REQUIRED = os.environ.get("BACKROOM_REQUIRE_BROWSER") == "1"


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: drives a real Chromium")


def pytest_collection_modifyitems(config, items):
    if BROWSER:
        return
    in_browser = [item for item in items if item.get_closest_marker("browser")]
    items[:] = [item for item in items if not item.get_closest_marker("browser")]
    if in_browser:
        config.hook.pytest_deselected(items=in_browser)
        config.stash[_left_out] = len(in_browser)


_left_out = pytest.StashKey[int]()


def pytest_sessionfinish(session, exitstatus):
    if REQUIRED and not BROWSER and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config):
    # The last line of all; with several workers only the one who started them speaks.
    if not BROWSER and not hasattr(config, "workerinput"):
        print("No Chromium was found: the browser tests did NOT run. Install chromium.")


@pytest.fixture
def letters(settings, tmp_path):
    """Read the mail that left: by outbox row, relay and files, as `./dev up` sends it."""
    settings.MAILERS = {
        "default": {"BACKEND": "jobs.mail.OutboxBackend"},
        "out": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        },
    }

    def read() -> list:
        relay.run(budget=10)
        files = sorted((tmp_path / "mail").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        return [_parsed(part) for file in files for part in file.read_bytes().split(b"-" * 79)]

    def _parsed(raw: bytes):
        return email.message_from_bytes(raw.strip(), policy=email.policy.default)

    def written() -> list:
        return [letter for letter in read() if letter["To"]]

    return written

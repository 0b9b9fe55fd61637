"""Fixtures that every test may ask for."""

import pytest
from django.apps import apps
from django.db import connection, transaction

OWN_APPS = ["inventory", "jobs", "accounts"]


@pytest.fixture(scope="module")
def committed(django_db_setup, django_db_blocker):
    """Rows that every connection sees; swept when the module is done."""
    with django_db_blocker.unblock():
        yield
        models = [m for app in OWN_APPS for m in apps.get_app_config(app).get_models()]
        tables = ", ".join(model._meta.db_table for model in models)
        with transaction.atomic(), connection.cursor() as cursor:
            # Movements refuse DELETE and TRUNCATE; for a replica no trigger fires.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"TRUNCATE {tables} CASCADE")
        connection.close()

"""What the clock starts exists, and is forgotten when nobody was there to do it."""

import pytest
from celery import current_app
from django.conf import settings

from config.settings import _celery_url

# Celery's loader looks at the connections when it is done importing.
pytestmark = pytest.mark.django_db


def test_every_entry_starts_a_task_that_exists():
    current_app.loader.import_default_modules()

    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert named <= set(current_app.tasks)


def test_no_entry_outlives_its_use():
    options = [entry["options"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]

    assert all(each["expires"] > 0 and each["queue"] in {"clock", "work"} for each in options)


def test_a_task_goes_by_hand_where_the_clock_sends_it():
    """A route that differs would split one task over two queues."""
    current_app.loader.import_default_modules()
    by_clock = {
        entry["task"]: entry["options"]["queue"] for entry in settings.CELERY_BEAT_SCHEDULE.values()
    }

    by_hand = {task: current_app.amqp.router.route({}, task)["queue"].name for task in by_clock}

    assert by_hand == by_clock


def test_a_socket_is_spelt_as_celery_does():
    assert _celery_url("unix:///run/valkey.sock?db=2") == (
        "redis+socket:///run/valkey.sock?virtual_host=2"
    )
    assert _celery_url("redis://cache.example:6379/1") == "redis://cache.example:6379/1"

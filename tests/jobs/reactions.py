"""Subscribers of the tests; a worker gets them by `celery --include tests.jobs.reactions`."""

import os
import signal
from pathlib import Path
from uuid import uuid4

from django.db import connection

from jobs import outbox
from jobs.models import IdempotencyKey

GATE = 4711  # an advisory lock: who holds it keeps `tell` waiting


class Broken(Exception):
    pass


@outbox.subscriber("test.happened")
def write(payload):
    """Leave a row that is committed together with the effect."""
    IdempotencyKey.objects.create(
        principal=f"{payload['run']}:{payload['n']}", key=uuid4(), request_hash=bytes(32)
    )


@outbox.subscriber("test.happened")
def tell(payload):
    """Leave a line where no rollback reaches, and wait at the gate if the event says so."""
    with Path(payload["file"]).open("a") as file:
        file.write(f"{payload['n']}\n")
    if payload.get("gated"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GATE])


@outbox.subscriber("test.broken")
def break_down(payload):
    """Fail, every time."""
    raise Broken("The other side said no.")


@outbox.subscriber("test.broken")
def work_beside(payload):
    """Succeed beside one that fails."""
    tell(payload)


@outbox.subscriber("test.deadly")
def end_the_process(payload):
    """Take the process with it, as running out of memory does."""
    tell(payload)
    os.kill(os.getpid(), signal.SIGKILL)


@outbox.subscriber("test.half")
def write_then_fail(payload):
    """Write a row and fail afterwards."""
    write(payload)
    raise Broken("Too late.")


@outbox.subscriber("test.secret", secret=True)
def read_and_forget(payload):
    """Leave a line of a payload that nobody shall find afterwards."""
    tell(payload)

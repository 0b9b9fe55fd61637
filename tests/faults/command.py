"""What the scripts of this package share: their arguments, a database to break, processes."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from django.db import connection
from psycopg import sql


def arguments(description: str) -> argparse.Namespace:
    """Read `--full` and `--seed N`."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="as large as the figures ask")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


@contextmanager
def throw_away_database(url: str) -> Iterator[str]:
    """A migrated database of its own on the server of `url`, whose tables may be spoilt."""
    name = f"faults_{uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        parts = urlsplit(url)
        own = urlunsplit(parts._replace(path=f"/{name}"))
        answer_of([start("manage", "migrate", "--noinput", url=own)])
        yield own
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def start(module: str, *given: object, url: str) -> subprocess.Popen[str]:
    """Run `python -m module` on a database."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, given)],
        env={
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "BACKROOM_LOG_LEVEL": "ERROR",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer_of(running: Sequence[subprocess.Popen[str]], *, seconds: float = 300) -> list[str]:
    """What each printed.

    :raises RuntimeError: if one failed
    """
    outputs = [process.communicate(timeout=seconds) for process in running]
    for process, (_, stderr) in zip(running, outputs, strict=True):
        if process.returncode:
            raise RuntimeError(stderr[-2000:])
    return [stdout for stdout, _ in outputs]


def report(**figures: Any) -> None:
    """Print what came of it, a figure a line."""
    for name, figure in figures.items():
        told = figure if isinstance(figure, str) else json.dumps(figure)
        print(f"{name.replace('_', ' '):<32}{told}")

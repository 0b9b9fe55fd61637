"""Servers for one run of the tests: theirs alone, and gone however the run ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg

from config.launch.home import CHECKOUT
from config.launch.servers import throw_away
from tests.eventually import eventually
from tests.launch.acts import all_gone, environment


async def test_are_quick_and_let_tests_sweep_ledgers(monkeypatch):
    async with throw_away() as servers:
        with psycopg.connect(servers.env["DATABASE_URL"], autocommit=True) as connection:
            fsync = connection.execute("SHOW fsync").fetchone()
            connection.execute("SET session_replication_role = replica")
            connection.execute("CREATE DATABASE another")

    assert fsync == ("off",)
    assert not Path(servers.env["BACKROOM_HOME"]).parent.exists()


async def test_think_in_unicode_on_the_version_that_was_asked_for():
    # `./dev test --postgres 15` asks: before 18 it is another provider that knows the letters.
    asked = int(os.environ.get("BACKROOM_POSTGRES", "0")) or None

    async with throw_away(major=asked) as servers:
        with psycopg.connect(servers.env["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            known = connection.execute(
                "SELECT lower('ÄÖÜ'), upper('é'), 'ß' ~ '[[:alpha:]]', similarity('Äöü', 'äÖü')"
            ).fetchone()
            provider = connection.execute(
                "SELECT datlocprovider::text FROM pg_database WHERE datname = current_database()"
            ).fetchone()

    assert known == ("äöü", "É", True, 1.0)
    assert provider == ("b" if servers.cluster.binaries.major >= 18 else "i",)


def test_are_gone_after_a_kill():
    done = subprocess.run(
        [sys.executable, "-m", "tests.launch.passing"],
        cwd=CHECKOUT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    home = Path(json.loads(done.stdout)["BACKROOM_HOME"])

    assert done.returncode == -signal.SIGKILL
    all_gone(home)
    eventually(lambda: not home.parent.exists(), seconds=10)

"""Servers for one run of the tests: theirs alone, and gone however the run ends."""

import json
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

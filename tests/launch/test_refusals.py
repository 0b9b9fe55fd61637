"""What stands in the way is said in a sentence that tells what to do."""

import os
import socket
import subprocess
import sys

from config.launch.home import CHECKOUT
from tests.launch.acts import dev, environment


def refusal(done):
    """The sentence, of a command that refused."""
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_taken_port(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        said = refusal(dev("up", BACKROOM_HOME=tmp_path / "home", PORT=port))

    assert f"Port {port} cannot be used (Address already in use)" in said
    assert f"PORT={port + 1} ./dev up" in said


def test_a_port_that_is_none(tmp_path):
    said = refusal(dev("up", BACKROOM_HOME=tmp_path / "home", PORT="http"))

    assert "must be a number between 1 and 65535" in said


def test_no_database_at_the_given_address(tmp_path):
    url = "postgresql://clerk:hush-hush@127.0.0.1:1/backroom"

    said = refusal(dev("manage", "check", BACKROOM_HOME=tmp_path, DATABASE_URL=url))

    assert "cannot be reached" in said
    assert "Connection refused" in said
    assert "hush-hush" not in said


def test_a_database_without_our_tables(tmp_path):
    # The one that the tests' server came with; their own is another.
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}

    said = refusal(dev("manage", "check_ledger", BACKROOM_HOME=tmp_path, **given))

    assert "does not have the tables of this version" in said
    assert "./dev manage migrate" in said


def test_an_address_that_is_none(tmp_path):
    said = refusal(dev("up", BACKROOM_HOME=tmp_path, DATABASE_URL="garbage", PORT=8497))

    assert "DATABASE_URL" in said
    assert "without DATABASE_URL Backroom brings its own" in said


def test_a_disk_that_cannot_be_written():
    said = refusal(dev("up", BACKROOM_HOME="/proc/backroom"))

    assert "cannot write in /proc/backroom" in said
    assert "BACKROOM_HOME=/some/folder" in said


def test_a_postgresql_that_is_not_here():
    said = refusal(dev("test", "--postgres", "99"))

    assert "No PostgreSQL 99 is here" in said
    assert "Debian's package postgresql-99." in said


def test_a_postgresql_that_is_too_old():
    assert "needs PostgreSQL 15 or newer, so not 14" in refusal(dev("test", "--postgres", "14"))


def test_a_version_that_is_none():
    assert "wants a major version" in refusal(dev("test", "--postgres=new"))


def test_a_bench_that_is_not_there():
    assert "There is no bench/nothing.py" in refusal(dev("bench", "nothing"))


def test_a_reset_that_nobody_confirms(tmp_path):
    (tmp_path / "secret_key").write_text("kept")

    said = refusal(dev("reset", BACKROOM_HOME=tmp_path))

    assert "./dev reset --yes" in said
    assert (tmp_path / "secret_key").exists()


def test_a_reset_removes_what_is_ours_alone(tmp_path):
    (tmp_path / "secret_key").write_text("ours")
    (tmp_path / "postgres").mkdir()
    (tmp_path / "notes.txt").write_text("somebody's")

    assert dev("reset", "--yes", BACKROOM_HOME=tmp_path).returncode == 0

    left = {path.name for path in tmp_path.iterdir()}
    assert "notes.txt" in left
    assert not {"secret_key", "postgres"} & left


def test_an_unknown_command_shows_the_known_ones():
    done = dev("pu")

    assert done.returncode == 2
    assert "./dev does not know 'pu'" in done.stderr
    assert "usage: ./dev COMMAND" in done.stderr


def test_the_launcher_starts_without_django():
    code = "import config.launch.__main__, sys; print('django' in sys.modules)"

    said = subprocess.check_output(
        [sys.executable, "-c", code], cwd=CHECKOUT, env=environment(), text=True
    )

    assert said == "False\n"

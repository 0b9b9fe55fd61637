"""The embedded servers, really started: what they keep, and what they survive."""

import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from config.launch.home import fits, opened, read_state
from tests.launch.acts import all_gone, at_home, dev, kill, living


@pytest.fixture(scope="module")
def home():
    """One home for the module, with a database in it; where anybody may walk to it."""
    folder = Path(tempfile.mkdtemp(prefix="bh-", dir="/tmp"))
    folder.chmod(0o711)
    yield opened(folder / "home").path
    shutil.rmtree(folder)


def ask(env, query, **given):
    with psycopg.connect(env["DATABASE_URL"], autocommit=True) as connection:
        cursor = connection.execute(query, given)
        return cursor.fetchone() if cursor.description else None


class TestEmbeddedServers:
    def test_think_in_unicode_whatever_the_locale_says(self, home):
        with at_home(home) as (_process, env):
            ask(env, "CREATE EXTENSION IF NOT EXISTS pg_trgm")

            assert ask(env, "SELECT lower('ÄÖÜ'), upper('é'), 'ß' ~ '[[:alpha:]]'") == (
                "äöü",
                "É",
                True,
            )
            # Nothing but letters that ASCII has not: to the C locale, these words are empty.
            assert ask(env, "SELECT similarity('Äöü', 'äÖü')") == (1.0,)

    def test_give_a_role_that_is_no_superuser_the_extensions(self, home):
        with at_home(home) as (_process, env):
            for name in ("pg_trgm", "ltree", "citext"):
                ask(env, f"CREATE EXTENSION IF NOT EXISTS {name}")

            assert ask(
                env, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ) == (False, True)

    def test_listen_on_no_network(self, home):
        with at_home(home) as (_process, env):
            with redis.Redis.from_url(env["REDIS_URL"]) as valkey:
                port = valkey.config_get("port")["port"]

            assert ask(env, "SHOW listen_addresses") == ("",)
            assert port == "0"

    def test_end_with_a_killed_owner_and_keep_what_was_committed(self, home):
        with at_home(home) as (process, env):
            ask(env, "CREATE TABLE kept (number int)")
            ask(env, "INSERT INTO kept VALUES (47)")
            with redis.Redis.from_url(env["REDIS_URL"]) as valkey:
                valkey.set("kept", "47")
                valkey.execute_command("WAITAOF", 1, 0, 5000)
            assert len(living(home)) > 2
            kill(process)
            all_gone(home)

        with at_home(home) as (_process, env):
            with redis.Redis.from_url(env["REDIS_URL"]) as valkey:
                assert valkey.get("kept") == b"47"
            assert ask(env, "SELECT number FROM kept") == (47,)

    def test_start_at_once_after_a_killed_owner(self, home):
        with at_home(home) as (process, _env):
            kill(process)

        with at_home(home) as (_process, env):
            assert ask(env, "SELECT 1") == (1,)

    def test_start_though_another_process_has_the_number_of_a_dead_postmaster(self, home):
        with at_home(home) as (process, _env):
            alien = process.pid
        with at_home(home) as (process, env):
            pid_file = home / "postgres/postmaster.pid"
            left = pid_file.read_text().splitlines()
        # A process that lives, belongs to the account PostgreSQL runs as, and is not PostgreSQL.
        with at_home(home.parent / "other") as (process, _env):
            alien = next(pid for pid in living(home.parent / "other") if pid != process.pid)
            pid_file.write_text("\n".join([str(alien), *left[1:]]) + "\n")

            with at_home(home) as (_process, env):
                assert ask(env, "SELECT 1") == (1,)

    def test_put_a_spoilt_valkey_aside(self, home):
        with at_home(home) as (process, _env):
            kill(process)
        all_gone(home)
        for part in (home / "valkey/appendonlydir").iterdir():
            part.write_bytes(b"spoilt\r\n" * 100)

        with at_home(home) as (_process, env):
            with redis.Redis.from_url(env["REDIS_URL"]) as valkey:
                assert valkey.ping()

            assert list(home.glob("valkey-broken-*"))

    def test_have_short_sockets_in_a_long_home_with_a_blank(self, home):
        long = home.parent / ("long and wide " * 9).strip()
        home.rename(long)
        try:
            with at_home(long) as (process, env):
                sockets = Path(read_state(opened(long))["sockets"])
                assert ask(env, "SELECT 1") == (1,)
                assert fits(sockets)
                kill(process)
            all_gone(long)

            with at_home(long) as (_process, env):
                assert ask(env, "SELECT 1") == (1,)
            assert not sockets.exists()
        finally:
            long.rename(home)


class TestSecondOwner:
    def test_is_told_that_one_is_running(self, home):
        with at_home(home) as (process, _env):
            done = dev("up", BACKROOM_HOME=home)

            assert done.returncode == 1
            assert f"is running already (process {process.pid}" in done.stderr

    def test_may_not_reset(self, home):
        with at_home(home) as (_process, env):
            done = dev("reset", "--yes", BACKROOM_HOME=home)

            assert done.returncode == 1
            assert "is running" in done.stderr
            assert ask(env, "SELECT 1") == (1,)

"""A house is kept in a file while people book, and comes back whole or not at all."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from socket import create_server

import psycopg
import pytest

from config.launch import archive
from config.launch.home import CHECKOUT, opened, read_state
from config.launch.refusal import Refusal
from tests.eventually import eventually
from tests.launch.acts import all_gone, at_home, dev, environment, kill
from tests.launch.test_refusals import refusal

MARKERS = (
    "SELECT reference FROM inventory_stockmovement WHERE reference LIKE 'marker-%%' ORDER BY id"
)


@pytest.fixture(scope="module")
def room():
    """A folder where anybody may walk to the homes in it."""
    folder = Path(tempfile.mkdtemp(prefix="bk-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def house(room):
    """A home with our tables and a few marked receipts in it; it does not run."""
    home = room / "house"
    assert dev("manage", "migrate", BACKROOM_HOME=home).returncode == 0
    with at_home(home) as (_process, env), booking(env) as booker:
        told(booker, until=5)
    return home


@pytest.fixture(scope="module")
def kept(room, house):
    """A backup of the house."""
    file = room / "kept.zip"
    done = dev("backup", file, BACKROOM_HOME=house)
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture
def copy(room, house, request):
    """A house of its own for one test, with something in it that no backup has yet."""
    home = room / request.node.name
    subprocess.run(["cp", "-a", house, home], check=True)
    with at_home(home) as (_process, env):
        run(env, "CREATE TABLE mine ()")
    return home


@contextmanager
def booking(env):
    """Somebody who books, one marked receipt after the other."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.launch.booker"],
        cwd=CHECKOUT,
        env={**env, "BACKROOM_PROCESS": "manage"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        kill(process)
        process.stdout.close()


def told(booker, *, until=0):
    """Read what the booker committed, up to a number."""
    number = 0
    while number < until:
        number = int(booker.stdout.readline() or pytest.fail("the booker died"))
    return number


def asked(env, query):
    with psycopg.connect(env["DATABASE_URL"], autocommit=True) as connection:
        return [value for (value,) in connection.execute(query)]


def run(env, statement):
    with psycopg.connect(env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement)


def has_mine(home):
    with at_home(home) as (_process, env):
        return asked(env, "SELECT to_regclass('mine') IS NOT NULL") == [True]


def markers(home):
    with at_home(home) as (_process, env):
        return [int(each.removeprefix("marker-")) for each in asked(env, MARKERS)]


def counted(numbers):
    return list(range(1, len(numbers) + 1))


def superuser(home):
    """A connection to the servers that somebody started in this home, once it answers."""
    sockets = read_state(opened(home)).get("sockets")
    try:
        return sockets and psycopg.connect(
            f"postgresql://postgres@/postgres?host={sockets}", autocommit=True
        )
    except psycopg.OperationalError:
        return None


def databases(server):
    return {name for (name,) in server.execute("SELECT datname FROM pg_database")}


@contextmanager
def started(*arguments, **given):
    process = subprocess.Popen(
        [sys.executable, "-m", "config.launch", *map(str, arguments)],
        cwd=CHECKOUT,
        env=environment(**given),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


class TestBackupAndRestore:
    def test_keep_one_moment_of_a_house_that_is_booked_in(self, room, house):
        """The drill: people book, a backup is made and restored, and the ledger is proved."""
        file, other = room / "running.zip", room / "restored"
        with at_home(house) as (_process, env), booking(env) as booker:
            told(booker, until=told(booker, until=1) + 20)
            before = len(asked(env, MARKERS))
            done = dev("backup", file, BACKROOM_HOME=house)
            after = len(asked(env, MARKERS))
        assert done.returncode == 0, done.stderr
        assert file.stat().st_mode & 0o777 == 0o600

        restored = dev("restore", file, BACKROOM_HOME=other)
        there = markers(other)

        assert restored.returncode == 0, restored.stderr
        assert there == list(range(1, len(there) + 1))
        assert before <= len(there) <= after
        assert before < after  # or nobody booked meanwhile, and this shows nothing
        # It can be lived in: numbers go on, and the ledger refuses what it refused.
        with at_home(other) as (_process, env):
            with booking(env) as booker:
                told(booker, until=len(there) + 3)
            with pytest.raises(psycopg.Error, match="append-only"):
                run(env, "DELETE FROM inventory_stockmovement")
        proof = dev("manage", "check_ledger", "--full", BACKROOM_HOME=other)
        assert (proof.returncode, proof.stdout[:7]) == (0, "Proved.")

    def test_open_a_house_beside_the_one_that_runs(self, room, house, kept):
        with create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        beside = house.with_name(f"house-{port}")
        with at_home(house) as (_process, env):
            mail = "smtp://127.0.0.1:1"
            with started("restore", kept, "--to", port, BACKROOM_HOME=house, MAIL_URL=mail) as up:
                lines = iter(up.stdout.readline, "")
                ready = next((line for line in lines if "is ready" in line), "")
                said = next(line for line in lines if "Mail" in line)
                there = read_state(opened(beside))["env"]

                # Under a name of its own: the browser's cookies know no port.
                assert f"http://localhost:{port}" in ready
                assert str(beside / "mail") in said
                assert there["DATABASE_URL"] != env["DATABASE_URL"]
                assert there["REDIS_URL"] != env["REDIS_URL"]
                assert len(asked(there, MARKERS)) <= len(asked(env, MARKERS))
        # Signed links and the passwords of a shop to try out hang on it.
        assert (beside / "secret_key").read_text() == (house / "secret_key").read_text()
        all_gone(beside)

    def test_take_the_place_of_a_house_only_when_told_and_keep_that_one(self, copy, kept):
        refused = refusal(dev("restore", kept, BACKROOM_HOME=copy))
        untouched = has_mine(copy)
        done = dev("restore", kept, "--replace", BACKROOM_HOME=copy)

        assert "--replace" in refused
        assert "--to PORT" in refused
        assert untouched
        assert done.returncode == 0, done.stderr
        assert not has_mine(copy)
        [earlier] = (copy / "backups").iterdir()
        assert str(earlier) in done.stdout
        assert dev("restore", earlier, "--replace", BACKROOM_HOME=copy).returncode == 0
        assert has_mine(copy)

    def test_leave_the_secret_key_out(self, house, kept):
        key = (house / "secret_key").read_bytes().strip()

        with zipfile.ZipFile(kept) as archive:
            assert archive.namelist() == ["database.dump", "backup.json"]
            assert key not in archive.read("database.dump") + archive.read("backup.json")


class TestACutOff:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
    def test_backup_leaves_no_file_that_looks_whole(self, room, house, number):
        file = room / f"cut off {number}.zip"
        with (
            at_home(house) as (_process, env),
            psycopg.connect(env["DATABASE_URL"]) as connection,
        ):
            connection.execute("LOCK TABLE inventory_item")
            with started("backup", file, BACKROOM_HOME=house) as process:
                waiting = "SELECT FROM pg_locks WHERE NOT granted"
                eventually(lambda: connection.execute(waiting).rowcount)
                process.send_signal(number)
                assert process.wait(20) != 0

        assert not file.exists()
        left = list(room.glob(f"cut off {number}*"))
        assert len(left) == (number == signal.SIGKILL)
        for part in left:
            assert "backup" in refusal(dev("restore", part, BACKROOM_HOME=room / "none"))

    def test_restore_leaves_the_house_as_it_was(self, copy, kept):
        with (
            started("restore", kept, "--replace", BACKROOM_HOME=copy) as process,
            eventually(lambda: superuser(copy)) as server,
        ):
            eventually(lambda: "backroom_restoring" in databases(server))
            kill(process)
        all_gone(copy)

        assert has_mine(copy)
        # What it left is removed by the next.
        assert dev("restore", kept, "--replace", BACKROOM_HOME=copy).returncode == 0
        with at_home(copy), superuser(copy) as server:
            assert databases(server) == {"backroom", "postgres", "template0", "template1"}


class TestRefusals:
    def test_a_file_that_is_not_there(self, room):
        said = refusal(dev("restore", room / "nothing.zip", BACKROOM_HOME=room / "none"))

        assert "nothing.zip cannot be read (No such file or directory)" in said

    def test_something_else(self):
        with pytest.raises(Refusal, match="is no backup that"):
            archive.checked(CHECKOUT / "README.md")

    def test_another_zip(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
            other.writestr("letter.txt", "hello")

        with pytest.raises(Refusal, match="is a zip, but no backup"):
            archive.checked(tmp_path / "other.zip")

    @pytest.mark.parametrize(
        "told", ["[]", "{}", '{"format": 1}', '{"format": 1, "postgres": "18"}']
    )
    def test_a_zip_whose_note_says_something_else(self, tmp_path, told):
        with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
            other.writestr(archive.DUMP, "")
            other.writestr(archive.NOTE, told)

        with pytest.raises(Refusal, match="is a zip, but no backup"):
            archive.checked(tmp_path / "other.zip")

    @pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
    def test_a_truncated_file(self, tmp_path, kept, share):
        whole = kept.read_bytes()
        (tmp_path / "short.zip").write_bytes(whole[: int(len(whole) * share)])

        with pytest.raises(Refusal, match="is cut off or damaged"):
            archive.checked(tmp_path / "short.zip")

    @pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
    def test_a_file_with_a_wrong_bit(self, tmp_path, kept, share):
        spoilt = bytearray(kept.read_bytes())
        spoilt[int(len(spoilt) * share)] ^= 1
        (tmp_path / "spoilt.zip").write_bytes(spoilt)

        with pytest.raises(Refusal, match="damaged"):
            archive.checked(tmp_path / "spoilt.zip")

    def test_half_a_dump_in_a_sound_zip(self, room, house, kept):
        with zipfile.ZipFile(kept) as archive, zipfile.ZipFile(room / "odd.zip", "w") as odd:
            whole = archive.read("database.dump")
            odd.writestr("database.dump", whole[: len(whole) // 2])
            odd.writestr("backup.json", archive.read("backup.json"))
        before = markers(house)

        said = refusal_of(dev("restore", room / "odd.zip", "--replace", BACKROOM_HOME=house))

        assert "could not be restored" in said
        assert "is as it was" in said
        assert markers(house) == before
        with at_home(house), superuser(house) as server:
            assert "backroom_restoring" not in databases(server)

    def test_a_house_of_a_newer_backroom(self, room, copy):
        with at_home(copy) as (_process, env):
            row = "('inventory', '9999_later', now())"
            run(env, f"INSERT INTO django_migrations (app, name, applied) VALUES {row}")
        assert dev("backup", room / "newer.zip", BACKROOM_HOME=copy).returncode == 0

        said = refusal_of(dev("restore", room / "newer.zip", BACKROOM_HOME=room / "none"))

        assert "does not know inventory 9999_later" in said

    def test_in_a_house_that_runs(self, house, kept):
        with at_home(house):
            said = refusal(dev("restore", kept, "--replace", BACKROOM_HOME=house))

        assert "is running" in said
        assert "--to 8010" in said

    def test_no_house_to_keep(self, room):
        said = refusal(dev("backup", BACKROOM_HOME=room / "nowhere"))

        assert "There is no house" in said
        assert not (room / "nowhere").exists()

    def test_a_name_that_is_taken(self, house, kept):
        whole = kept.read_bytes()

        assert "is there already" in refusal(dev("backup", kept, BACKROOM_HOME=house))
        assert kept.read_bytes() == whole

    def test_a_database_of_ones_own(self, room, kept):
        url = os.environ["DATABASE_URL"]

        for words in (["backup"], ["restore", kept]):
            said = refusal(dev(*words, BACKROOM_HOME=room / "none", DATABASE_URL=url))
            assert "docs/operating.md" in said


def refusal_of(done):
    """The sentence, of a command that first said what it was about to do."""
    assert "Restoring the house of" in done.stdout
    return refusal(done)

import subprocess
import sys

import pytest

from config.launch.home import (
    CHECKOUT,
    Busy,
    birth,
    end_leftovers,
    fits,
    is_owned,
    opened,
    owned,
    read_state,
    secret_key,
    write_state,
)
from config.launch.refusal import Refusal
from tests.launch.acts import environment, kill

HOLD = """
import sys
from pathlib import Path
from config.launch.home import opened, owned
with owned(opened(Path(sys.argv[1]))):
    print("mine", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path):
    return opened(tmp_path / "home")


def held(home):
    """Another process that owns the home."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.path)],
        cwd=CHECKOUT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "mine\n"
    return process


class TestOwned:
    def test_has_one_owner(self, home):
        process = held(home)

        with process, pytest.raises(Busy), owned(home):
            pass

    def test_is_free_once_its_owner_is_killed(self, home):
        with held(home) as process:
            assert is_owned(home)
            kill(process)

        assert not is_owned(home)


class TestOpened:
    def test_says_in_a_sentence_that_it_cannot_write(self):
        with pytest.raises(Refusal, match=r"cannot write in /proc/backroom .* BACKROOM_HOME="):
            opened(type(CHECKOUT)("/proc/backroom"))

    def test_hides_what_is_in_it_from_others(self, home):
        modes = {each.name: each.stat().st_mode & 0o077 for each in home.path.iterdir()}

        assert modes == {"log": 0, "mail": 0}


class TestSecretKey:
    def test_is_made_once_and_for_the_owner_alone(self, home, monkeypatch):
        monkeypatch.delenv("SECRET_KEY", raising=False)

        key = secret_key(home)

        assert secret_key(home) == key
        assert len(key) > 50
        assert (home.path / "secret_key").stat().st_mode & 0o777 == 0o600

    def test_of_the_operator_is_taken_and_not_kept(self, home, monkeypatch):
        monkeypatch.setenv("SECRET_KEY", "the operator's")

        assert secret_key(home) == "the operator's"
        assert not (home.path / "secret_key").exists()


class TestFits:
    @pytest.mark.parametrize(
        ("folder", "answer"),
        [
            ("/tmp/backroom-1234", True),
            ("/tmp/" + "x" * 83, True),  # + "/.s.PGSQL.5432.lock" is 108 with the closing NUL
            ("/tmp/" + "x" * 84, False),
            ("/tmp/with blank", False),
            ("/tmp/with%percent", False),
            ("/tmp/Lädchen", False),
        ],
    )
    def test_knows_what_every_client_can_reach(self, tmp_path, folder, answer):
        assert fits(type(tmp_path)(folder)) is answer


class TestEndLeftovers:
    def test_kills_what_a_dead_owner_left(self, home):
        with subprocess.Popen(["sleep", "60"]) as left:
            write_state(home, started={str(left.pid): birth(left.pid)})

            end_leftovers(home, patience=0.1)

            assert left.wait(5) == -9
        assert read_state(home) == {}

    def test_leaves_alone_a_process_that_got_the_number_later(self, home):
        with subprocess.Popen(["sleep", "60"]) as alien:
            write_state(home, started={str(alien.pid): "1"})

            end_leftovers(home, patience=0.1)

            assert alien.poll() is None
            alien.kill()

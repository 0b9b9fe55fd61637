"""What people, and accidents, do to the launcher."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from config.launch.home import CHECKOUT
from tests.eventually import eventually

OURS = ("DATABASE_URL", "REDIS_URL", "BACKROOM_HOME", "BACKROOM_CALLED_FROM", "SECRET_KEY", "PORT")


def environment(**given):
    """The environment of somebody who has only just cloned, with a locale that knows no Ä."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return kept | {"LANG": "C", "LC_ALL": "C"} | {name: str(value) for name, value in given.items()}


def dev(*arguments, **given):
    """Run a command of ./dev to its end, from the environment that is installed here."""
    command = [sys.executable, "-m", "config.launch", *arguments]
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment(**given), capture_output=True, text=True, timeout=180
    )
    assert "Traceback" not in done.stderr
    return done


@contextmanager
def at_home(home):
    """Own the servers of `home` in another process; gives it and its servers' environment."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.launch.owner"],
        cwd=CHECKOUT,
        env=environment(BACKROOM_HOME=home),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait(10)


def living(home):
    """The processes that were started for `home`, whoever they run as."""
    wanted = f"BACKROOM_HOME={home}".encode()
    return [pid for pid in _pids() if wanted in _environ(pid).split(b"\0")]


def all_gone(home, *, seconds=10):
    eventually(lambda: not living(home), seconds=seconds)


def _pids():
    return [int(each.name) for each in Path("/proc").glob("[0-9]*")]


def _environ(pid):
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""

"""A broker of one's own and real workers: both can be killed, frozen and brought back."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection

from config.launch.embedded import valkey
from config.settings import _celery_url
from tests.eventually import eventually
from tests.jobs.reactions import GATE
from tests.processes import database_url

_APPLICATION = "celery-of-a-test"


class Broker:
    """A throw-away Valkey on a Unix socket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program, self.url = valkey(
            data=folder / "data", sockets=folder, env=os.environ, keeps=False
        )
        self._process = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._program.command,
            cwd=self._program.cwd,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(self._answers)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It accepts connections, for the kernel does that, and never answers."""
        self._process.send_signal(signal.SIGSTOP)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as asking:
            try:
                asking.connect(str(self._folder / "valkey.sock"))
            except OSError:
                return False
            asking.sendall(b"PING\r\n")
            return asking.recv(16).startswith(b"+PONG")


class Processes:
    """Celery workers and beats on this test's database and broker."""

    def __init__(self, broker: Broker, home: Path) -> None:
        self._env = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": broker.url,
            "BACKROOM_HOME": str(home),
            "PGAPPNAME": _APPLICATION,
        }
        self._home = home
        self._running = []

    def worker(self, queue: str = "clock", *, children: int = 2) -> subprocess.Popen:
        """Start a worker, and wait until it takes tasks: a nudge lives for seconds only."""
        name = f"{queue}-{len(self._running)}@test"
        started = self._start(
            queue,
            *["worker", "-Q", queue, "-c", children, "-n", name],
            *["--include", "tests.jobs.reactions", "--without-gossip", "--without-mingle"],
        )
        eventually(lambda: f"{name} ready" in self.said())
        return started

    def beat(self) -> subprocess.Popen:
        return self._start("beat", "beat")

    def kill(self, process: subprocess.Popen) -> None:
        """End it and its children at once, as the machine would."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill_all(self) -> None:
        for process in self._running:
            self.kill(process)

    def said(self) -> str:
        return self._log.read_text()

    @property
    def _log(self) -> Path:
        return self._home / "celery.log"

    def _start(self, process: str, *arguments: object) -> subprocess.Popen:
        with self._log.open("a") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", *map(str, arguments)],
                env={**self._env, "BACKROOM_PROCESS": process},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(started)
        return started


@pytest.fixture
def broker():
    """A broker that runs, and that this process publishes to."""
    # Not in tmp_path: the path of a socket has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="backroom-"))
    broker = Broker(folder)
    broker.start()
    before = current_app.conf.broker_url
    _publish_to(_celery_url(broker.url))
    yield broker
    _publish_to(before)
    broker.kill()
    shutil.rmtree(folder)


@pytest.fixture
def celery(committed, broker, tmp_path):
    """Start real workers and beats; they are killed when the test is done."""
    processes = Processes(broker, tmp_path)
    yield processes
    processes.kill_all()
    _end_what_they_left()


@pytest.fixture
def gate(committed):
    """Hold up the subscriber that waits at the gate; call it to let it through."""

    def ask(function):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [GATE])
            return cursor.fetchone()[0]

    ask("pg_advisory_lock")
    yield lambda: ask("pg_advisory_unlock")
    connection.close()  # and whatever it holds


def _publish_to(url: str) -> None:
    current_app.conf.broker_url = url
    current_app._pool = None
    current_app.amqp._producer_pool = None


def _end_what_they_left() -> None:
    """A session whose client was killed in the middle of a statement notices only after it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [_APPLICATION],
        )

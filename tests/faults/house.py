"""A real house, `./dev up` in a folder of its own, and what may befall its processes."""

import json
import os
import random
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config.launch.home import CHECKOUT
from config.launch.layout import WEB_PROCESSES

_GIVEN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BACKROOM_CALLED_FROM", "BACKROOM_PROCESS")
_GONE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class House:
    home: Path
    port: int
    url: str

    def web(self) -> list[int]:
        """The numbers of the web processes that run just now."""
        return self._running(b"config.launch.web")

    def is_whole(self) -> bool:
        """Whether PostgreSQL runs and both web processes accept, that is wait for their socket."""
        web = self.web()
        accept = [_waits_for(pid, _command(pid).split(b"\0")[-2]) for pid in web]
        return len(accept) == WEB_PROCESSES and all(accept) and len(self.postmaster()) == 1

    def postmaster(self) -> list[int]:
        return self._running(b"/postgres\0-D")

    def backends(self) -> list[int]:
        """The numbers of PostgreSQL's processes that serve us just now."""
        asked = "SELECT pid FROM pg_stat_activity WHERE usename = current_user"
        with psycopg.connect(self.url) as own:
            mine = own.info.backend_pid
            return [pid for (pid,) in own.execute(asked).fetchall() if pid != mine]

    def terminate(self, pids: Sequence[int]) -> None:
        with psycopg.connect(self.url, autocommit=True) as own:
            own.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [list(pids)])

    def logged(self) -> list[str]:
        """The lines of the web processes, of each one's log and of what was put aside."""
        files = sorted((self.home / "log").glob("web-*"))
        return [line for file in files for line in file.read_text(errors="replace").splitlines()]

    def _running(self, word: bytes) -> list[int]:
        # At each change the launcher writes anew whom it has started.
        started = json.loads((self.home / "running.json").read_text())["started"]
        return [int(pid) for pid in started if word in _command(int(pid))]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _waits_for(pid: int, descriptor: bytes) -> bool:
    """Whether a process has an epoll on one of its files."""
    with suppress(OSError):
        told = [file.read_text() for file in Path(f"/proc/{pid}/fdinfo").iterdir()]
        return any(re.search(rf"^tfd:\s+{descriptor.decode()}\s", words, re.M) for words in told)
    return False


@contextmanager
def house() -> Iterator[House]:
    """Start one, and stop it and throw it away at the end."""
    with tempfile.TemporaryDirectory(prefix="backroom-", dir="/tmp") as folder:
        home = Path(folder) / "home"
        Path(folder).chmod(0o711)  # the account that root lends walks through
        kept = {name: value for name, value in os.environ.items() if name not in _GIVEN}
        port = _free_port()
        command = [sys.executable, "-m", "config.launch", "up"]
        with (Path(folder) / "said").open("w+") as said:
            up = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=kept | {"BACKROOM_HOME": str(home), "PORT": str(port)},
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
            drain = None
            try:
                for line in up.stdout or ():
                    if "Backroom is ready" in line:
                        break
                else:
                    said.seek(0)
                    raise RuntimeError(f"the house did not open: {said.read()[-2000:]}")
                # Somebody must go on reading what it says.
                drain = subprocess.Popen(["cat"], stdin=up.stdout, stdout=subprocess.DEVNULL)
                state = json.loads((home / "running.json").read_text())
                yield House(home, port, state["env"]["DATABASE_URL"])
            finally:
                up.terminate()
                up.communicate(timeout=60)
                if drain:
                    drain.wait(20)


def _free_port() -> int:
    """A port below 20000, where no client's own ports are."""
    for port in range(12_000 + os.getpid() % 6000, 19_999):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


# --- what befalls it -----------------------------------------------------------------------------


def befall(kind: str, house: House, chance: random.Random) -> tuple[float, float]:
    """Let something happen; tell when it began, and when its victims were gone."""
    if kind in ("terminate backends", "kill -9 a backend"):
        pids = house.backends()
        victims = chance.sample(pids, max(1, len(pids) // (1 if kind[0] == "t" else 99)))
    elif kind.startswith("restart"):
        victims = house.postmaster()
    else:
        victims = house.web()
        victims = victims if kind == "kill -9 both web" else [chance.choice(victims)]
    watched = [os.pidfd_open(pid) for pid in victims]
    began = time.time()
    if kind == "terminate backends":
        house.terminate(victims)
    else:
        for pid in victims:
            os.kill(pid, SIGNALS[kind])
    for watch in watched:
        if not select.select([watch], [], [], _GONE_SECONDS)[0]:
            raise RuntimeError(f"{kind}: a victim still lives after {_GONE_SECONDS:g} s")
        os.close(watch)
    return began, time.time()


SIGNALS = {
    "kill -9 a web process": signal.SIGKILL,
    "kill -9 both web": signal.SIGKILL,
    "kill -9 a backend": signal.SIGKILL,
    "restart fast": signal.SIGINT,
    "restart immediate": signal.SIGQUIT,
}
FAULTS = (*SIGNALS, "terminate backends")

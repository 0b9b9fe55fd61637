"""Which processes make up the house, and how many connections each may take."""

import os
import socket
import sys
from collections.abc import Mapping
from signal import SIGQUIT, SIGTERM

from config.launch.children import Program
from config.launch.home import CHECKOUT

WEB_PROCESSES = 2
WEB_POOL = 10  # connections of one web process, as in config/settings.py
CLOCK_CHILDREN = 1


def work_children() -> int:
    return int(os.environ.get("WORKER_CONCURRENCY") or 2)


def connections(most: int) -> str:
    """Say in one line how many connections the processes may take, of the `most` there are."""
    pools = {
        f"{WEB_PROCESSES} web × {WEB_POOL}": WEB_PROCESSES * WEB_POOL,
        # A worker's children take one each, and its main process one.
        f"clock {CLOCK_CHILDREN} + 1": CLOCK_CHILDREN + 1,
        f"work {work_children()} + 1": work_children() + 1,
        "beat 1": 1,
    }
    total = sum(pools.values())
    said = f"Database connections: {', '.join(pools)} = {total} of max_connections {most}"
    return said if total < most else f"{said}: TOO MANY, raise it or run fewer processes"


def web(env: Mapping[str, str], listening: socket.socket) -> list[Program]:
    """Say how the web processes are run: all accept from one socket."""
    return [
        Program(
            name=f"web-{number}",
            command=[sys.executable, "-m", "config.launch.web", str(listening.fileno())],
            env={**env, "BACKROOM_PROCESS": "web"},
            cwd=CHECKOUT,
            inherits=(listening.fileno(),),
            stop=((SIGTERM, 5.0),),
        )
        for number in range(1, WEB_PROCESSES + 1)
    ]


def workers(env: Mapping[str, str]) -> list[Program]:
    """Say how the workers and the clock are run."""
    return [
        _worker("clock", env, children=CLOCK_CHILDREN),
        _worker("work", env, children=work_children()),
        _celery("beat", env, ["beat", "--pidfile="]),
    ]


def _worker(queue: str, env: Mapping[str, str], *, children: int) -> Program:
    names = ["-Q", queue, "-n", f"{queue}@%h", "-c", str(children)]
    return _celery(queue, env, ["worker", *names, "--without-gossip", "--without-mingle"])


def _celery(name: str, env: Mapping[str, str], arguments: list[str]) -> Program:
    return Program(
        name=name,
        command=[sys.executable, "-m", "celery", "-A", "config", "--quiet", *arguments],
        # Root is told off for pickle, which our settings do not accept.
        env={**env, "BACKROOM_PROCESS": name, "C_FORCE_ROOT": "1"},
        cwd=CHECKOUT,
        # Finish what is in hand; else give it back to the queue.
        stop=((SIGTERM, 3.0), (SIGQUIT, 1.5)),
    )

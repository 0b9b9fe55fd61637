"""./dev manage …: a command of Django's, with the servers that run here or some for itself.

How a command comes to servers stands here, too: `backup` comes to them the same way.
"""

import asyncio
import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import IO, Any

from config.launch.front import called_from, in_front
from config.launch.home import Busy, Home, is_owned, named, opened, owned, read_state
from config.launch.refusal import Refusal
from config.launch.servers import Servers, check_database, environment, serving
from config.launch.steps import manage_py
from config.launch.stopping import run

PATIENCE = 60.0  # seconds that another one may take to start its servers, or to stop them


def manage(arguments: Sequence[str]) -> int:
    """Run manage.py with `arguments`; it takes our place, or runs in front of its servers."""
    home = opened(named())
    os.environ.setdefault("BACKROOM_PROCESS", "manage")
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        check_database(os.environ["DATABASE_URL"])
        return _become(arguments, environment(home))
    return at_servers(
        home,
        running=lambda env, users: _become(arguments, env, users),
        own=lambda servers: in_front(manage_py(arguments), env=servers.env, cwd=called_from()),
    )


def at_servers(
    home: Home,
    *,
    running: Callable[[dict[str, str], IO[Any]], int],
    own: Callable[[Servers], Awaitable[int]],
) -> int:
    """Work with the servers that run in this home, else with some that are started for it.

    `running` gets the environment of the house that runs and the lock that keeps a command's
    servers up for others: they stop when it is closed.

    :raises Refusal: if another one is starting or stopping them all the time
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(Busy), owned(home):
            return run(_with_own_servers(home, own))
        with _users(home) as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            state = read_state(home)
            if state.get("env") and is_owned(home):
                return running({**state["env"], **environment(home)}, users)
        time.sleep(0.1)
    raise Refusal(
        f"Another ./dev (process {read_state(home).get('owner', 'unknown')}) has been starting or "
        f"stopping the servers of {home.path} for a minute. Stop it, and try again."
    )


async def _with_own_servers(home: Home, work: Callable[[Servers], Awaitable[int]]) -> int:
    async with serving(home, kind="manage", loud=False) as servers:
        code = await work(servers)
        home.state.unlink(missing_ok=True)  # nobody new
        with _users(home) as users:
            await asyncio.to_thread(fcntl.flock, users, fcntl.LOCK_EX)
        return code


def _users(home: Home) -> IO[Any]:
    return (home.path / "users.lock").open("a")


def _become(arguments: Sequence[str], env: dict[str, str], users: IO[Any] | None = None) -> int:
    if users:
        # The lock stays with the command: the owner waits for it.
        os.set_inheritable(users.fileno(), True)
    os.chdir(called_from())
    os.execve(sys.executable, manage_py(arguments), env)  # noqa: S606 -- no shell is wanted

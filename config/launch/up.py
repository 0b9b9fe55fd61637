"""./dev up: the whole house in one command, until it is asked to stop."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Mapping, Sequence

from config.launch import demo
from config.launch.children import Program
from config.launch.home import Busy, Home, named, opened, owned, read_state
from config.launch.layout import connections, web, workers
from config.launch.logs import say
from config.launch.refusal import Refusal
from config.launch.servers import Servers, broker_trouble, most_connections, serving
from config.launch.steps import step
from config.launch.stopping import run
from config.launch.web import BACKLOG

READY_SECONDS = 60.0


def up(arguments: Sequence[str]) -> int:
    """Start everything, and keep it running.

    :raises Refusal: if something stands in the way
    """
    if arguments:
        raise Refusal("up takes no arguments; PORT and BACKROOM_HOME come from the environment.")
    home = opened(named())
    try:
        with owned(home):
            return run(_up(home))
    except Busy:
        raise Refusal(_who_is_at_home(home)) from None


def _who_is_at_home(home: Home) -> str:
    state = read_state(home)
    owner = state.get("owner", "unknown")
    if state.get("kind") == "up":
        port = (state.get("env") or {}).get("PORT")
        at = f" at http://127.0.0.1:{port}" if port else ""
        return (
            f"Backroom is running already{at} (process {owner}, {home.path}). Stop that one first."
        )
    return (
        f"Another command of ./dev is running in {home.path} (process {owner}). "
        "Wait until it ends, or stop it."
    )


async def _up(home: Home) -> int:
    began = time.monotonic()
    port = _port()
    with bound(port) as listening:
        os.environ["PORT"] = str(port)
        os.environ.pop("BACKROOM_DEMO", None)  # ours to say: it opens doors
        say("backroom | starting …")
        async with serving(home, kind="up", loud=True) as servers:
            await _furnish(servers)
            # Pages first: workers take their time, and nobody waits for them at a page.
            _, signins = await asyncio.gather(_open(servers, listening), _signins(servers))
            await _keep(servers, workers(servers.env))
            _welcome(servers, home, signins=signins, seconds=time.monotonic() - began)
            with contextlib.suppress(asyncio.CancelledError):  # asked to stop: a good end
                await asyncio.Event().wait()
            say("backroom | stopping …")
    return 0


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if given.isascii() and given.isdecimal() and 0 < int(given) < 65536:
        return int(given)
    raise Refusal(f"PORT is {given!r}; it must be a number between 1 and 65535.")


def bound(port: int) -> socket.socket:
    """Take the port before anything else is started.

    :raises Refusal: if it is taken, or not ours to take
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise Refusal(
            f"Port {port} cannot be used ({error.strerror}). Stop the program that has it, or "
            f"choose another: PORT={port + 1 if port < 65535 else 8000} ./dev up"
        ) from error
    return listening


async def _furnish(servers: Servers) -> None:
    """Bring the database to today's tables, and fill it if it is ours and new."""
    if trouble := broker_trouble(servers.env["REDIS_URL"]):
        say(f"backroom | Valkey of REDIS_URL does not answer ({trouble}): mail and clocks wait.")
    if servers.cluster:
        demo.prepare(servers.cluster)
    await asyncio.gather(
        step(servers.env, "migrate", "--noinput"),
        step(servers.env, "collectstatic", "--noinput"),
    )
    if servers.cluster and demo.is_ours(servers.cluster):
        servers.env["BACKROOM_DEMO"] = "1"
        if not demo.is_filled(servers.cluster):
            say("backroom | filling a shop to try out, once …")
            await step(servers.env, "seed")
            demo.filled(servers.cluster)
    servers.supervisor.changed()


async def _open(servers: Servers, listening: socket.socket) -> None:
    """Start the web processes, and wait until they answer."""
    programs = web(servers.env, listening)
    await _keep(servers, programs)
    port, host = int(servers.env["PORT"]), host_of(servers.env)

    async def ready() -> bool:
        return await answers(port, "/readyz", host=host)

    await servers.supervisor.until(
        ready, of=[program.name for program in programs], seconds=READY_SECONDS, deaths=3
    )


async def _keep(servers: Servers, programs: Sequence[Program]) -> None:
    await asyncio.gather(*(servers.supervisor.keep(program) for program in programs))


async def _signins(servers: Servers) -> str:
    """Ask for the sign-ins of the demonstration shop, a line each."""
    if "BACKROOM_DEMO" not in servers.env:
        return ""
    return (await step(servers.env, "demo_signins")).rstrip()


def _welcome(servers: Servers, home: Home, *, signins: str, seconds: float) -> None:
    say(connections(most_connections(servers.env["DATABASE_URL"])))
    at = servers.env.get("BACKROOM_URL") or f"http://127.0.0.1:{servers.env['PORT']}"
    say(f"Backroom is ready: {at} (after {seconds:.1f} s)")
    if signins:
        say(f"Sign in as one of these (name, mail, password):\n{signins}")
    if not servers.env.get("MAIL_URL"):
        say(f"Mail lands in {home.mail}")
    say("Ctrl-C stops it.")


def host_of(env: Mapping[str, str]) -> str:
    """Give a host name that our own house accepts."""
    for host in env.get("ALLOWED_HOSTS", "").split(","):
        if name := host.strip().lstrip("."):
            return name if name != "*" else "localhost"
    return "127.0.0.1"


async def answers(port: int, path: str, *, host: str = "127.0.0.1") -> bool:
    """Ask our own house whether it answers `path` with 200."""
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                head = f"Host: {host}:{port}\r\nConnection: close"
                writer.write(f"GET {path} HTTP/1.1\r\n{head}\r\n\r\n".encode())
                return (await reader.readline()).startswith(b"HTTP/1.1 200")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False

"""./dev test, bench and shots: work that has servers of its own, thrown away afterwards."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from config.launch.binaries import OLDEST_MAJOR
from config.launch.front import called_from, in_front
from config.launch.home import CHECKOUT
from config.launch.refusal import Refusal
from config.launch.servers import throw_away
from config.launch.steps import step
from config.launch.stopping import run

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def test(arguments: Sequence[str]) -> int:
    """Run the tests; `arguments` are pytest's, and `--postgres MAJOR`."""
    return run(_test(*_major_in(arguments)))


async def _test(major: int | None, arguments: list[str]) -> int:
    async with throw_away(major=major) as servers:
        env = servers.env | {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "BACKROOM_PROCESS": "manage",
            "BACKROOM_BROWSER": browser() or "",
        }
        for unwanted in ("BACKROOM_DEMO", "ALLOWED_HOSTS", "PORT", "BACKROOM_POSTGRES"):
            env.pop(unwanted, None)
        if major:
            env["BACKROOM_POSTGRES"] = str(major)  # a test sees that it runs on what was asked
        await step(servers.env, "collectstatic", "--noinput")
        parallel = [] if _says_how_many(arguments) else ["-n", "auto"]
        pytest = [sys.executable, "-m", "pytest", *parallel, *arguments]
        return await in_front(pytest, env=env, cwd=CHECKOUT)


def module(name: str, arguments: Sequence[str], *, waits_for_the_disk: bool = False) -> int:
    """Run a module of ours on an empty, migrated database."""
    if not (CHECKOUT / Path(*name.split("."))).with_suffix(".py").exists():
        raise Refusal(f"There is no {name.replace('.', '/')}.py.")
    return run(_module(name, arguments, waits_for_the_disk=waits_for_the_disk))


async def _module(name: str, arguments: Sequence[str], *, waits_for_the_disk: bool) -> int:
    async with throw_away(waits_for_the_disk=waits_for_the_disk) as servers:
        servers.env["BACKROOM_BROWSER"] = browser() or ""
        await step(servers.env, "migrate", "--noinput")
        await step(servers.env, "collectstatic", "--noinput")
        # A line a request would bury the table.
        servers.env.setdefault("BACKROOM_LOG_LEVEL", "WARNING")
        # From the checkout, so that the module is found; relative names are the caller's.
        env = servers.env | {"BACKROOM_CALLED_FROM": str(called_from())}
        return await in_front([sys.executable, "-m", name, *arguments], env=env, cwd=CHECKOUT)


def browser() -> str | None:
    """Find a Chromium that runs."""
    folders = sorted(Path("/usr/lib").glob("chromium*"))
    named = [shutil.which(name) for name in BROWSERS]
    inside = [str(folder / name) for folder in folders for name in BROWSERS]
    for candidate in [os.environ.get("BACKROOM_BROWSER"), *named, *inside]:
        if candidate and _runs(candidate):
            return candidate
    return None


def _runs(candidate: str) -> bool:
    try:
        asked = [candidate, "--version"]
        return subprocess.run(asked, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _major_in(arguments: Sequence[str]) -> tuple[int | None, list[str]]:
    """Take `--postgres MAJOR` (or `--postgres=MAJOR`) out of the arguments.

    :raises Refusal: if the version is no number, or too old
    """
    rest, major = [], None
    words = iter(arguments)
    for word in words:
        if word == "--postgres" or word.startswith("--postgres="):
            major = word.partition("=")[2] or next(words, "")
        else:
            rest.append(word)
    if major is not None and not major.isdecimal():
        raise Refusal("--postgres wants a major version: ./dev test --postgres 15")
    if major is not None and int(major) < OLDEST_MAJOR:
        raise Refusal(f"Backroom needs PostgreSQL {OLDEST_MAJOR} or newer, so not {major}.")
    return (int(major) if major else None), rest


def _says_how_many(arguments: Sequence[str]) -> bool:
    return any(
        word.startswith(("-n", "--numprocesses", "--dist")) or word == "no:xdist"
        for word in arguments
    )

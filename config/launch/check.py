"""./dev check: everything that can be said about the code without running it."""

import asyncio
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from config.launch.home import CHECKOUT
from config.launch.logs import say
from config.launch.refusal import Refusal
from config.launch.servers import throw_away
from config.launch.steps import manage_py
from config.launch.stopping import run

DJANGO = "6.1"


def check(arguments: Sequence[str]) -> int:
    """Run every check, also after one that failed; 1 if any did.

    :raises Refusal: if something could not be asked
    """
    if arguments:
        raise Refusal("check takes no arguments.")
    return run(_check())


async def _check() -> int:
    async with throw_away() as servers:
        # As in production, so that `check --deploy` has something to say.
        env = servers.env | {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": "backroom.example",
            "BACKROOM_PROCESS": "manage",
        }
        for name in ("BACKROOM_DEMO", "BACKROOM_HTTPS"):
            env.pop(name, None)
        failed = [name for name, command in _commands() if not await _passes(name, command, env)]
    if failed:
        say(f"\n{len(failed)} of {len(_commands())} checks failed: {', '.join(failed)}.")
        return 1
    say(f"\nAll {len(_commands())} checks passed.")
    return 0


def _commands() -> list[tuple[str, list[str]]]:
    tools = Path(sys.executable).parent
    templates, python = tracked("*.html"), tracked("*.py")
    migrations = ["makemigrations", "--check", "--dry-run"]
    return [
        ("ruff", [f"{tools}/ruff", "check", "."]),
        ("ruff format", [f"{tools}/ruff", "format", "--check", "."]),
        ("mypy", [f"{tools}/mypy"]),
        ("import-linter", [f"{tools}/lint-imports"]),
        ("djade", [f"{tools}/djade", "--check", "--target-version", DJANGO, *templates]),
        (
            "django-upgrade",
            [f"{tools}/django-upgrade", "--check", "--target-version", DJANGO, *python],
        ),
        ("migrations", manage_py(migrations)),
        ("deploy", manage_py(["check", "--deploy", "--fail-level", "WARNING"])),
    ]


def tracked(pattern: str) -> list[str]:
    """List the files that belong to the project: those git knows, and new ones it does not ignore.

    :raises Refusal: if git cannot say
    """
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", pattern]
    try:
        done = subprocess.run(asked, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Refusal(f"git could not list the files: {error}") from error
    return sorted({name for name in done.stdout.splitlines() if (CHECKOUT / name).is_file()})


async def _passes(name: str, command: Sequence[str], env: dict[str, str]) -> bool:
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=CHECKOUT,
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    good = process.returncode == 0
    say(f"{'ok    ' if good else 'FAILED'}  {name} ({time.monotonic() - began:.1f} s)")
    if not good:
        say(said.decode("utf-8", "replace").rstrip())
    return good

"""./dev backup [FILE]: what the embedded database holds at one moment, as one file.

A dump of pg_dump, not a copy of PostgreSQL's folder: it is one consistent moment while people
work on, reads every row it keeps, is read by later versions of PostgreSQL and on other machines,
and needs no room for indexes. The secret key is not in it: whoever finds a backup must not be
able to sign a session of the house that lives.
"""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from config.launch import archive, binaries
from config.launch.archive import CHUNK, DUMP, Note
from config.launch.children import die_with
from config.launch.demo import mark_of
from config.launch.embedded import bare
from config.launch.front import called_from
from config.launch.home import Home, database_folder, named, opened, read_state
from config.launch.logs import say
from config.launch.manage import at_servers
from config.launch.refusal import Refusal
from config.launch.servers import Servers
from config.launch.stopping import run

NOT_OURS = (
    "This is for the embedded database. The one of DATABASE_URL is kept with its server's own "
    "tools: docs/operating.md says how."
)


def backup(arguments: Sequence[str]) -> int:
    """Write a backup of the house, whether it runs or not.

    :raises Refusal: if there is no house, or the file cannot be written
    """
    if len(arguments) > 1 or any(word.startswith("-") for word in arguments):
        raise Refusal("backup takes the file to write, and nothing else: ./dev backup [FILE]")
    if os.environ.get("DATABASE_URL"):
        raise Refusal(NOT_OURS)
    home = Home(path=named())
    if not home.path.is_dir() or database_folder(home) is None:
        raise Refusal(f"There is no house in {home.path}. Start one with ./dev up.")
    home = opened(home.path)
    path = called_from() / arguments[0] if arguments else new_file(home)

    def running(env: dict[str, str], users: IO[str]) -> int:
        sockets = read_state(home).get("sockets")
        if not sockets or quote(sockets, safe="") not in env["DATABASE_URL"]:
            raise Refusal(NOT_OURS)
        return run(_told(path, env["DATABASE_URL"]))

    async def own(servers: Servers) -> int:
        return await _told(path, servers.env["DATABASE_URL"])

    return at_servers(home, running=running, own=own)


def new_file(home: Home, *, prefix: str = "backroom") -> Path:
    """Give the name of a backup of now, in the home's own folder of them."""
    folder = home.path / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{prefix}-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip"


async def _told(path: Path, url: str) -> int:
    began = time.monotonic()
    megabytes = await write(path, url) / 1e6
    say(f"Written: {path} ({megabytes:,.1f} MB, {time.monotonic() - began:.1f} s)")
    return 0


async def write(path: Path, url: str) -> int:
    """Write the database at `url` to `path`; tell how many bytes it has.

    :raises Refusal: if it is empty, cannot be read, or `path` cannot be written
    """
    with archive.written(path) as file:
        note = _note(url)
        tool = binaries.find(account=None, major=note.postgres) / "pg_dump"
        # A migration holds its tables: rather say so than hang behind it for long.
        asked = ["--format=custom", "--no-owner", "--no-acl", "--lock-wait-timeout=60s"]
        with file.open(DUMP, "w", force_zip64=True) as dump:
            await _copy([tool, *asked, f"--dbname={url}"], dump)
        archive.add_note(file, note)
        return sum(part.compress_size for part in file.infolist())


def _note(url: str) -> Note:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            tables = connection.execute("SELECT to_regclass('public.django_migrations')").fetchone()
            if tables in (None, (None,)):
                raise Refusal("The database is empty: there is nothing to keep.")
            return Note(
                made_at=datetime.now(UTC).isoformat(timespec="seconds"),
                postgres=connection.info.server_version // 10000,
                mark=mark_of(connection),
            )
    except psycopg.Error as error:
        raise Refusal(f"The database cannot be read: {error}".strip().splitlines()[0]) from error


async def _copy(command: Sequence[str], to: IO[bytes]) -> None:
    """Run `command`, and copy what it says.

    :raises Refusal: if it fails
    """
    with tempfile.TemporaryFile() as complaints:
        process = await started(command, complaints=complaints, stdout=asyncio.subprocess.PIPE)
        try:
            while process.stdout and (chunk := await process.stdout.read(CHUNK)):
                to.write(chunk)
            await process.wait()
        finally:
            await ended(process)
        if process.returncode != 0:
            raise Refusal(f"The backup was not made: {last_words(complaints)}")


async def started(
    command: Sequence[str],
    *,
    complaints: IO[bytes],
    stdin: int = asyncio.subprocess.DEVNULL,
    stdout: int = asyncio.subprocess.DEVNULL,
) -> asyncio.subprocess.Process:
    """Start one of PostgreSQL's tools; it does not outlive us."""
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=stdin,
        stdout=stdout,
        stderr=complaints,
        env=bare(os.environ),
        preexec_fn=die_with(os.getpid(), signal.SIGKILL),
    )


async def ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


def last_words(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode("utf-8", "replace").strip().splitlines()
    told = [line for line in lines if "error:" in line] or lines or ["it gave no reason"]
    return told[0].partition("error: ")[2] or told[0]

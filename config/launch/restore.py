"""./dev restore FILE [--to PORT] [--replace]: a house as it was when ./dev backup was called.

The dump is read into a database of its own beside the one that is there, brought to today's
tables and proved; only then do the two change places, in one transaction. What is cut off before
that leaves the house as it was. Valkey begins empty: it holds nothing that PostgreSQL does not
know.
"""

import argparse
import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

import psycopg
import redis
from psycopg import sql

from config.launch import archive, backup
from config.launch.archive import CHUNK, Note
from config.launch.demo import is_empty, set_mark
from config.launch.embedded import NAME, Cluster
from config.launch.front import called_from
from config.launch.home import CHECKOUT, Busy, Home, named, opened, owned, secret_key
from config.launch.logs import say
from config.launch.refusal import Refusal
from config.launch.servers import Servers, create_database, serving, superuser
from config.launch.steps import step
from config.launch.stopping import run
from config.launch.up import bound, up

NEW, OLD = f"{NAME}_restoring", f"{NAME}_replaced"
# A house beside another one has its own Valkey, sends nothing, and is for this machine alone.
OUTSIDE = (
    *("REDIS_URL", "MAIL_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "TRUSTED_PROXIES"),
    "BACKROOM_HTTPS",
)


@dataclass(frozen=True, kw_only=True)
class Wish:
    file: Path
    to: int | None
    replace: bool


def restore(arguments: Sequence[str]) -> int:
    """Put the house of a backup in the place of the one here, or beside it and start it there.

    :raises Refusal: if the file is not whole, or if something is there that would be lost
    """
    wish = _wish(arguments)
    if os.environ.get("DATABASE_URL"):
        raise Refusal(backup.NOT_OURS)
    note = archive.checked(wish.file)
    if wish.to:
        bound(wish.to).close()
        _go_beside(wish.to)
    home = opened(named())
    try:
        with owned(home):
            code = run(_restore(home, wish, note))
    except Busy:
        raise Refusal(
            f"Backroom is running in {home.path}. Stop it first"
            + ("." if wish.to else ", or restore beside it: ./dev restore FILE --to 8010")
        ) from None
    return _open_beside(home, code) if wish.to and code < 2 else code


def _wish(arguments: Sequence[str]) -> Wish:
    parser = _Parser(prog="./dev restore", add_help=False)
    parser.add_argument("file")
    parser.add_argument("--to", type=int, metavar="PORT")
    parser.add_argument("--replace", action="store_true")
    given = parser.parse_args(arguments)
    if given.to is not None and not 0 < given.to < 65536:
        raise Refusal(f"--to is {given.to}; a port is a number between 1 and 65535.")
    return Wish(file=called_from() / given.file, to=given.to, replace=given.replace)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refusal(f"{message}. Say ./dev restore FILE [--to PORT] [--replace]")


# --- Beside -----------------------------------------------------------------------------------


def _go_beside(port: int) -> None:
    """From here on, home is a folder beside the home, with the same key and nothing outside."""
    here = Home(path=named())
    beside = opened(here.path.with_name(f"{here.path.name}-{port}"))
    for name in OUTSIDE:
        os.environ.pop(name, None)
    # By another name than 127.0.0.1: a browser keeps cookies by host, whatever the port, and
    # signing in here would sign out there.
    os.environ |= {
        "BACKROOM_HOME": str(beside.path),
        "PORT": str(port),
        "BACKROOM_URL": f"http://localhost:{port}",
    }
    kept = beside.path / "secret_key"
    if (here.path / "secret_key").exists() and not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secret_key(here) + "\n")


def _open_beside(home: Home, code: int) -> int:
    again = [f"{name}={os.environ[name]}" for name in ("BACKROOM_HOME", "PORT", "BACKROOM_URL")]
    say(f"The house beside stays in {home.path}. Start it again, or remove it, with:")
    say(f"  {' '.join(again)} ./dev up")
    say(f"  {again[0]} ./dev reset")
    return max(code, up([]))


# --- Restoring --------------------------------------------------------------------------------


async def _restore(home: Home, wish: Wish, note: Note) -> int:
    began = time.monotonic()
    async with serving(home, kind="restore", loud=False, shared=False) as servers:
        cluster = servers.cluster
        if cluster is None:
            raise Refusal(backup.NOT_OURS)
        there = not is_empty(cluster)
        if there and not wish.replace:
            raise Refusal(
                f"There is a house in {home.path} already. Say --replace to put this one in its "
                "place (the one that is there is kept as a backup), or --to PORT to put it beside."
            )
        if note.postgres > cluster.binaries.major:
            raise Refusal(
                f"{wish.file} was made by PostgreSQL {note.postgres}, and {cluster.binaries.major} "
                f"is what runs here. Install PostgreSQL {note.postgres}."
            )
        say(f"Restoring the house of {note.made_at} …")
        with _new_database(cluster):
            proof, code = await _fill(servers, cluster, wish.file)
            if there:
                kept = backup.new_file(home, prefix="before-restore")
                await backup.write(kept, cluster.url())
                say(f"The house that was here is kept: {kept}")
            _begin_empty(servers, home)
            _change_places(cluster, note)
    say(f"{proof}\nRestored into {home.path} after {time.monotonic() - began:.1f} s.")
    return code


@contextlib.contextmanager
def _new_database(cluster: Cluster) -> Iterator[None]:
    """Have an empty database to restore into; what has not taken its place is removed."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    with superuser(cluster) as server:
        for name in (NEW, OLD):  # of one that was killed
            server.execute(drop.format(sql.Identifier(name)))
        create_database(server, NEW)
        try:
            yield
        finally:
            for name in (NEW, OLD):
                server.execute(drop.format(sql.Identifier(name)))


async def _fill(servers: Servers, cluster: Cluster, file: Path) -> tuple[str, int]:
    """Read the dump into the new database, and bring it to today's tables; tell the proof.

    :raises Refusal: if it cannot be read, or is of a newer Backroom
    """
    url = cluster.url(database=NEW)
    with archive.dump_in(file) as dump:
        tool = cluster.binaries / "pg_restore"
        options = ["--exit-on-error", "--no-owner", "--no-acl", f"--dbname={url}"]
        await _feed([tool, *options], dump)
    with psycopg.connect(url, autocommit=True) as connection:
        _of_today(connection)
        connection.execute("ANALYZE")
    env = {**servers.env, "DATABASE_URL": url}
    await step(env, "migrate", "--noinput")
    try:
        return (await step(env, "check_ledger", "--full")).strip(), 0
    except Refusal as differs:
        # It is what was kept: no reason to leave people without a house.
        return f"Look at the ledger before you book: {differs}", 1


async def _feed(command: Sequence[str], dump: IO[bytes]) -> None:
    """Run `command` with what was dumped as its input.

    :raises Refusal: if it fails
    """
    with tempfile.TemporaryFile() as complaints:
        pipe = asyncio.subprocess.PIPE
        process = await backup.started(command, complaints=complaints, stdin=pipe)
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it tells why
                while process.stdin and (chunk := dump.read(CHUNK)):
                    process.stdin.write(chunk)
                    await process.stdin.drain()
            if process.stdin:
                process.stdin.close()
            await process.wait()
        finally:
            await backup.ended(process)
        if process.returncode != 0:
            raise Refusal(
                f"The backup could not be restored: {backup.last_words(complaints)}. "
                "The house that was here is as it was."
            )


def _of_today(connection: psycopg.Connection) -> None:
    """See that this checkout has all migrations that the database knows of its apps.

    :raises Refusal: if it is of a newer Backroom, or not one at all
    """
    asked = "SELECT app, name FROM django_migrations ORDER BY id"
    known = connection.execute(asked).fetchall()
    if "inventory" not in {app for app, _ in known}:
        raise Refusal("The backup is no house of Backroom's. The one that was here is as it was.")
    for app, name in known:
        folder = CHECKOUT / app / "migrations"
        if folder.is_dir() and not (folder / f"{name}.py").exists():
            raise Refusal(
                f"The backup was made by a newer Backroom: this one does not know {app} {name}. "
                "Update the checkout first; the house that was here is as it was."
            )


def _begin_empty(servers: Servers, home: Home) -> None:
    """Empty Valkey, if it is ours: what it has queued is of the house that goes."""
    if os.environ.get("REDIS_URL"):
        say("Empty the Valkey of REDIS_URL before the next start: redis-cli -u … FLUSHDB")
        return
    with redis.Redis.from_url(servers.env["REDIS_URL"]) as valkey:
        valkey.flushall()
    for schedule in home.path.glob("beat-schedule*"):
        schedule.unlink()


def _change_places(cluster: Cluster, note: Note) -> None:
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    name, new, old = (sql.Identifier(each) for each in (NAME, NEW, OLD))
    with superuser(cluster) as server, server.transaction():
        server.execute(rename.format(name, old))
        server.execute(rename.format(new, name))
        if note.mark:
            set_mark(server, note.mark)

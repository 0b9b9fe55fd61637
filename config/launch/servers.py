"""The two servers that everything stands on: given by their addresses, or embedded ones."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from config.launch import account, binaries, embedded
from config.launch.embedded import Cluster
from config.launch.home import (
    Home,
    data_folder,
    end_leftovers,
    opened,
    secret_key,
    socket_folder,
    write_state,
)
from config.launch.refusal import Refusal
from config.launch.supervisor import Supervisor

START_SECONDS = 60.0  # a cluster that was killed repairs itself first


@dataclass(kw_only=True)
class Servers:
    env: dict[str, str]
    supervisor: Supervisor
    cluster: Cluster | None = None  # when it is ours


def environment(home: Home) -> dict[str, str]:
    """Give the environment of our processes, as far as it is known without servers."""
    return {
        **{name: value for name, value in os.environ.items() if name != "BACKROOM_CALLED_FROM"},
        "BACKROOM_HOME": str(home.path),
        "SECRET_KEY": secret_key(home),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
    }


@contextlib.asynccontextmanager
async def serving(
    home: Home, *, kind: str, loud: bool, shared: bool = True
) -> AsyncIterator[Servers]:
    """Run the embedded servers of this home, unless addresses are given. For its owner alone.

    Other commands of ./dev find them and may use them, if they are `shared`.

    :raises Refusal: if one of them does not start, or a given one is not there
    """
    end_leftovers(home)
    servers = Servers(env=environment(home), supervisor=Supervisor(logs=home.log, loud=loud))
    sockets: Path | None = None
    try:
        ours = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
        lent = account.lent() if "DATABASE_URL" in ours else None
        if ours:
            sockets = socket_folder(home, account=lent)
        _note(servers, home, kind=kind, sockets=sockets, ready=False)
        if "DATABASE_URL" in ours and sockets:
            place = data_folder(home, account=lent) / "postgres"
            await _embed_postgres(servers, place=place, sockets=sockets, lent=lent)
        else:
            check_database(servers.env["DATABASE_URL"])
        if "REDIS_URL" in ours and sockets:
            await _embed_valkey(servers, data=home.path / "valkey", sockets=sockets)
        _note(servers, home, kind=kind, sockets=sockets, ready=shared)
        yield servers
    finally:
        servers.supervisor.changed = lambda: None
        home.state.unlink(missing_ok=True)
        await servers.supervisor.close("postgres", "valkey")
        if sockets:
            shutil.rmtree(sockets, ignore_errors=True)


def _note(servers: Servers, home: Home, *, kind: str, sockets: Path | None, ready: bool) -> None:
    """Keep the state file true, from now on and at each change."""

    def write() -> None:
        shared = ("DATABASE_URL", "REDIS_URL", "BACKROOM_DEMO", "PORT")
        env = {name: servers.env[name] for name in shared if name in servers.env}
        with contextlib.suppress(OSError):  # a disk that filled up must not stop what runs
            write_state(
                home,
                kind=kind,
                env=env if ready else None,
                sockets=str(sockets) if sockets else None,
                started=servers.supervisor.started(),
            )

    servers.supervisor.changed = write
    write()


@contextlib.asynccontextmanager
async def throw_away(
    *, major: int | None = None, waits_for_the_disk: bool = False
) -> AsyncIterator[Servers]:
    """Run servers whose data are gone afterwards, in a home of their own; also when killed.

    What is measured there is what a house does only if it `waits_for_the_disk` as that does.
    """
    base = _passing_folder()
    supervisor = Supervisor(logs=base, loud=False)
    supervisor.watchdog.sweep(base)
    try:
        home = opened(base / "home")
        servers = Servers(env=environment(home), supervisor=supervisor)
        lent = account.lent()
        sockets = socket_folder(home, account=lent)
        await _embed_postgres(
            servers,
            place=base / "postgres",
            sockets=sockets,
            lent=lent,
            major=major,
            options=embedded.HOUSE if waits_for_the_disk else embedded.THROW_AWAY,
        )
        await _embed_valkey(servers, data=base / "valkey", sockets=sockets, keeps=False)
        yield servers
    finally:
        await supervisor.close("postgres", "valkey")
        shutil.rmtree(base, ignore_errors=True)


def _passing_folder() -> Path:
    base = Path(tempfile.mkdtemp(prefix="backroom-", dir="/tmp"))
    base.chmod(0o711)  # the account that root lends walks through
    return base


# --- Embedded ---------------------------------------------------------------------------------


async def _embed_postgres(
    servers: Servers,
    *,
    place: Path,
    sockets: Path,
    lent: account.Account | None,
    major: int | None = None,
    options: Mapping[str, str] = embedded.HOUSE,
) -> None:
    with contextlib.suppress(OSError, ValueError):
        major = major or int((place / "PG_VERSION").read_text())
    found = binaries.find(account=lent, major=major)
    cluster = Cluster(binaries=found, data=place, sockets=sockets, account=lent, options=options)
    embedded.initialise(cluster)
    await servers.supervisor.keep(
        embedded.postgres(cluster, env=servers.env),
        before=lambda: embedded.clear_stale_pid(cluster),
    )

    async def answers() -> bool:
        return _answers(cluster)

    await servers.supervisor.until(answers, of=["postgres"], seconds=START_SECONDS)
    _furnish(cluster)
    servers.cluster = cluster
    servers.env["DATABASE_URL"] = cluster.url()


def _answers(cluster: Cluster) -> bool:
    try:
        with superuser(cluster):
            return True
    except psycopg.OperationalError:
        return False


def superuser(cluster: Cluster, database: str = "postgres") -> psycopg.Connection:
    url = cluster.url(user=embedded.SUPERUSER, database=database)
    return psycopg.connect(url, autocommit=True, connect_timeout=5)


def _furnish(cluster: Cluster) -> None:
    """Make the role and the database that are missing; the role is no superuser, as elsewhere."""
    name = sql.Identifier(embedded.NAME)
    with superuser(cluster) as connection:
        if not connection.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s", [embedded.NAME]
        ).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(name))
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [embedded.NAME]
        ).fetchone():
            create_database(connection)
        if cluster.options is embedded.THROW_AWAY:
            # Tests sweep ledgers that refuse DELETE: for a replica no trigger fires.
            grant = sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}")
            connection.execute(grant.format(name))


def create_database(connection: psycopg.Connection, name: str = embedded.NAME) -> None:
    create = sql.SQL("CREATE DATABASE {} OWNER {}")
    connection.execute(create.format(sql.Identifier(name), sql.Identifier(embedded.NAME)))


async def _embed_valkey(servers: Servers, *, data: Path, sockets: Path, keeps: bool = True) -> None:
    program, url = embedded.valkey(data=data, sockets=sockets, env=servers.env, keeps=keeps)

    async def answers() -> bool:
        return await _pongs(sockets / "valkey.sock")

    supervisor = servers.supervisor
    await supervisor.keep(program)
    try:
        await supervisor.until(answers, of=["valkey"], seconds=START_SECONDS)
    except Refusal:
        # It holds nothing that PostgreSQL does not know: rather an empty one than none.
        await supervisor.drop("valkey")
        if not _put_aside(data):
            raise
        program, url = embedded.valkey(data=data, sockets=sockets, env=servers.env, keeps=keeps)
        await supervisor.keep(program)
        await supervisor.until(answers, of=["valkey"], seconds=START_SECONDS)
    servers.env["REDIS_URL"] = url


def _put_aside(data: Path) -> bool:
    """Move a folder that Valkey does not start from aside, and tell whether it held any."""
    if not any(data.iterdir()):
        return False
    data.replace(tempfile.mkdtemp(prefix="valkey-broken-", dir=data.parent))
    return True


async def _pongs(path: Path) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_unix_connection(path)
            with contextlib.closing(writer):
                writer.write(b"PING\r\n")
                return (await reader.readline()).startswith(b"+PONG")
    return False


# --- Given ------------------------------------------------------------------------------------


def check_database(url: str) -> None:
    """See that the database of a given address is there, and new enough.

    :raises Refusal: if not
    """
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            major = connection.info.server_version // 10000
    except psycopg.Error as error:
        reason = (str(error).strip().splitlines() or ["it gave no reason"])[0].rstrip(". ")
        raise Refusal(
            f"The database of DATABASE_URL cannot be reached: {reason}. Start it or correct the "
            "address; without DATABASE_URL Backroom brings its own."
        ) from error
    if major < binaries.OLDEST_MAJOR:
        raise Refusal(
            f"The database of DATABASE_URL is PostgreSQL {major}; Backroom needs "
            f"{binaries.OLDEST_MAJOR} or newer."
        )


def most_connections(url: str) -> int:
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute("SHOW max_connections").fetchone()
        return int(row[0]) if row else 0


def broker_trouble(url: str) -> str | None:
    """Tell why the Valkey or Redis of a given address does not answer, if so."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
            client.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        return str(error) or type(error).__name__
    return None

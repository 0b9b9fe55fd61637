"""BACKROOM_HOME: the folder of data, logs, mail and secrets, and who is at home in it."""

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.launch.account import Account
from config.launch.refusal import Refusal

CHECKOUT = Path(__file__).resolve().parents[2]
# sockaddr_un.sun_path, with its closing NUL; the longest name we put in a folder of sockets is
# PostgreSQL's lock file beside its socket.
SOCKET_PATH_BYTES = 107
LONGEST_SOCKET = ".s.PGSQL.5432.lock"
PASSING = ("/tmp", "/var/tmp")  # noqa: S108 -- a home that is here has its data here, too
TIE = "postgres-is-at"  # names the folder outside that holds the data, if they cannot be here


@dataclass(frozen=True, kw_only=True)
class Home:
    path: Path

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def mail(self) -> Path:
        return self.path / "mail"

    @property
    def state(self) -> Path:
        return self.path / "running.json"


def named() -> Path:
    """Tell where BACKROOM_HOME is, whether it exists or not."""
    return Path(os.environ.get("BACKROOM_HOME") or CHECKOUT / ".backroom").absolute()


def opened(path: Path) -> Home:
    """Make the folder ready to be lived in.

    :raises Refusal: if it cannot be written in
    """
    home = Home(path=path)
    try:
        if not path.exists():
            path.mkdir(parents=True)
            # Root keeps the data of the account it lends in here: let that walk through.
            path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for folder in (home.log, home.mail):
            folder.mkdir(exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise Refusal(
            f"Backroom cannot write in {path} ({error.strerror}). "
            "Make room there, or name another folder: BACKROOM_HOME=/some/folder ./dev …"
        ) from error
    return home


def secret_key(home: Home) -> str:
    """Give SECRET_KEY: the operator's, or the one that was made for this home once."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    kept = home.path / "secret_key"
    with contextlib.suppress(FileNotFoundError):
        if text := kept.read_text().strip():
            return text
    made = kept.with_suffix(f".{os.getpid()}")
    made.touch(mode=0o600)
    made.write_text(secrets.token_urlsafe(64) + "\n")
    with contextlib.suppress(FileExistsError):
        os.link(made, kept)  # whoever is first keeps theirs
    made.unlink()
    if not kept.read_text().strip():
        raise Refusal(f"{kept} is empty. Remove it, and run ./dev again.")
    return kept.read_text().strip()


# --- Who is at home ---------------------------------------------------------------------------


class Busy(Exception):
    """Somebody else owns the servers of this home."""


@contextlib.contextmanager
def owned(home: Home) -> Iterator[None]:
    """Own the servers of this home. The lock goes with our life, so a kill leaves none behind.

    :raises Busy: if another process does
    """
    with (home.path / "owner.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        yield


def is_owned(home: Home) -> bool:
    try:
        with owned(home):
            return False
    except Busy:
        return True


def write_state(home: Home, **state: Any) -> None:
    """Say who owns the home, what it started, and how its servers are reached."""
    new = home.state.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)  # an address may hold a password
    new.write_text(json.dumps({"owner": os.getpid(), **state}))
    new.replace(home.state)


def read_state(home: Home) -> dict[str, Any]:
    try:
        state = json.loads(home.state.read_text())
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def end_leftovers(home: Home, *, patience: float = 12.0) -> None:
    """Wait for what a killed owner left running, and end it when that takes too long.

    Only to be called by the owner.
    """
    state = read_state(home)
    left = {int(pid): born for pid, born in state.get("started", {}).items()}
    deadline = time.monotonic() + patience
    while left := {pid: born for pid, born in left.items() if birth(pid) == born}:
        if time.monotonic() > deadline:
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            deadline += 1
        time.sleep(0.05)
    if (sockets := state.get("sockets")) and Path(sockets).name.startswith("backroom-"):
        shutil.rmtree(sockets, ignore_errors=True)
    home.state.unlink(missing_ok=True)


def birth(pid: int) -> str | None:
    """Tell when a process began, as a word to compare: a number alone is given out again."""
    with contextlib.suppress(OSError, IndexError):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if told[0] in "ZX" else told[19]  # the dead that nobody has buried are dead
    if Path("/proc/self/stat").exists():
        return None
    asked = ["ps", "-o", "lstart=", "-p", str(pid)]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return said.strip() or None


# --- Places -----------------------------------------------------------------------------------


def socket_folder(home: Home, *, account: Account | None) -> Path:
    """Make the folder of the servers' sockets: in the home, or short where that cannot be."""
    folder = home.path / "sockets"
    folder.mkdir(mode=0o700, exist_ok=True)
    if fits(folder) and (account is None or account.reaches(home.path)):
        for old in folder.iterdir():
            old.unlink()  # of a killed owner: end_leftovers has seen to it
    else:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="backroom-", dir=_short_temp()))
    if account:
        account.owns(folder)
    return folder


def fits(folder: Path) -> bool:
    """Tell whether a socket in `folder` has a name short and plain enough for every client."""
    name = str(folder / LONGEST_SOCKET)
    return len(os.fsencode(name)) <= SOCKET_PATH_BYTES and bool(
        re.fullmatch(r"[\w./+-]+", name, re.A)
    )


def _short_temp() -> str:
    temp = tempfile.gettempdir()
    return temp if fits(Path(temp) / "backroom-12345678") else "/tmp"  # noqa: S108 -- mkdtemp's


def data_folder(home: Home, *, account: Account | None) -> Path:
    """Give the folder that holds PostgreSQL's data: the home, where its account can walk to it.

    Else a folder outside that is tied to this home: the home names the place, the place the home.
    """
    if account is None or account.reaches(home.path):
        return home.path
    if place := outside_place(home):
        return place
    sweep_passing()
    place = _new_place(home)
    place.mkdir(parents=True)
    place.chmod(0o711)
    (place / "home").write_text(str(home.path))
    (home.path / TIE).write_text(str(place))
    return place


def database_folder(home: Home) -> Path | None:
    """Give the folder of the database that this home has, if it has one.

    :raises Refusal: as `outside_place`
    """
    folder = (outside_place(home) or home.path) / "postgres"
    return folder if folder.exists() else None


def outside_place(home: Home) -> Path | None:
    """Give the folder outside that holds this home's data, if there is one.

    :raises Refusal: if it is another home's: this one is a copy, and must not share them
    """
    tied = _word(home.path / TIE)
    if tied is None or (lives := _word(Path(tied) / "home")) is None:
        return None
    place = Path(tied)
    if lives != str(home.path):
        if _word(Path(lives) / TIE) == tied:
            raise Refusal(
                f"{home.path} is a copy of {lives}, whose database is in {place}. Remove "
                f"{home.path / TIE} to begin with an empty database."
            )
        (place / "home").write_text(str(home.path))  # the home was moved: its data follow
    return place


def _word(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None


def _new_place(home: Home) -> Path:
    name = f"backroom-{secrets.token_hex(6)}"
    for temp in PASSING:
        if home.path.resolve().is_relative_to(temp):
            return Path(temp) / name
    return Path("/var/lib/backroom") / name


def sweep_passing() -> None:
    """Remove the data of passing homes that are gone. Others stay: a disk may be unplugged."""
    for temp in PASSING:
        for tie in Path(temp).glob("backroom-*/home"):
            lives = _word(tie)
            ours = tie.stat().st_uid == os.geteuid()
            if ours and lives and lives.startswith(f"{temp}/") and not Path(lives).exists():
                shutil.rmtree(tie.parent, ignore_errors=True)

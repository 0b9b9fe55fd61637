"""What the processes say: to the terminal behind their name, and to files that are rotated."""

import sys
from collections import deque
from pathlib import Path
from typing import BinaryIO

FILE_BYTES = 10 * 1024 * 1024
FILES_KEPT = 5
LINES_REMEMBERED = 30


class RotatedFile:
    """A log file of at most `limit` bytes, with `kept` older ones beside it as .1, .2, …"""

    def __init__(self, path: Path, *, limit: int = FILE_BYTES, kept: int = FILES_KEPT) -> None:
        self.path, self.limit, self.kept = path, limit, kept
        self._file: BinaryIO | None = None

    def write(self, line: bytes) -> None:
        """Add a line. A full or read-only disk loses it: that must not stop the house."""
        try:
            if self._file is None:
                self._file = self.path.open("ab", buffering=0)
            if self._file.tell() + len(line) > self.limit and self._file.tell():
                self._turn()
            self._file.write(line)
        except OSError:
            self.close()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _turn(self) -> None:
        self.close()
        for number in range(self.kept - 1, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            if older.exists():
                older.replace(self.path.with_name(f"{self.path.name}.{number + 1}"))
        self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        self._file = self.path.open("ab", buffering=0)


class Log:
    """The voice of one process."""

    def __init__(self, name: str, *, folder: Path | None, loud: bool) -> None:
        self.name, self.loud = name, loud
        self.last: deque[str] = deque(maxlen=LINES_REMEMBERED)
        self._file = RotatedFile(folder / f"{name}.log") if folder else None
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """Take what came out of the pipe; lines are passed on when they are whole."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > 64 * 1024:  # no line is that long: do not hoard it
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            self._pass_on(line)

    def end(self) -> None:
        if self._rest:
            self._pass_on(self._rest)
            self._rest = b""
        if self._file:
            self._file.close()

    def _pass_on(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        self.last.append(text)
        if self._file:
            self._file.write(line + b"\n")
        if self.loud:
            say(f"{self.name:>8} | {text}")


def say(text: str) -> None:
    """Print a line at once, in any locale; a terminal that went away is no reason to fall over."""
    try:
        sys.stdout.buffer.write(text.encode() + b"\n")
        sys.stdout.flush()
    except (OSError, ValueError):
        pass

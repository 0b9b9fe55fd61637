"""A list as CSV: the rows, the order and the columns that are shown, of all its pages."""

import csv
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from pages.asked import Asked
from pages.errors import Choice, TooMany
from pages.filters import Rows
from pages.keyset import chunks

if TYPE_CHECKING:
    from pages.lists import ListSpec

# Excel takes a file without it for whatever Windows calls its code page.
BOM = "\ufeff"
# What makes a sheet compute a cell instead of showing it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 -- sheets in Asia read the wide ones too
# An export keeps its thread until the last row was taken, and there are eight of them.
_running = BoundedSemaphore(3)


def csv_of(
    request: HttpRequest, rows: Rows, spec: "ListSpec", asked: Asked
) -> StreamingHttpResponse:
    """Stream `rows` as CSV; a thousand of them at a time are in memory.

    :raises TooMany: if three exports run in this process already
    """
    if not _running.acquire(blocking=False):
        again = Choice(label="Export again", url=request.get_full_path())
        raise TooMany(
            "Three exports are running. Try again when one of them is done.", choices=[again]
        )
    lines = _Lines(_lines(rows, spec, asked, request.user))
    # Under ASGI a sync iterator would be read to its end before the first byte is sent.
    stream = _awaited(lines) if isinstance(request, ASGIRequest) else lines
    response = StreamingHttpResponse(stream, content_type="text/csv; charset=utf-8")
    response._resource_closers.append(lines.close)  # type: ignore[attr-defined]  # Django's own
    name = f"{spec.name}-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Lines:
    """Chunks of CSV that give their place back once, whether they were read to the end or not."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._closed = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._source)

    def close(self) -> None:
        """Give the place back; also when nobody ever began to read."""
        if not self._closed:
            self._closed = True
            _running.release()

    __del__ = close


async def _awaited(lines: Iterator[str]) -> AsyncIterator[str]:
    def following() -> str | None:
        return next(lines, None)

    while (chunk := await sync_to_async(following)()) is not None:
        yield chunk


def _lines(rows: Rows, spec: "ListSpec", asked: Asked, user: Any) -> Iterator[str]:
    yield BOM + _csv([[column.label for column in asked.columns]])
    for chunk in chunks(rows, by=asked.sort_key, descending=asked.descending):
        if spec.prepare:
            spec.prepare(chunk, user)
        yield _csv([[_cell(column.read(row)) for column in asked.columns] for row in chunk])


def _csv(rows: list[list[Any]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Spell a value for a sheet."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float() | Decimal():
            return value  # a negative number is no formula
        case datetime():
            return timezone.localtime(value).isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
    return as_text(str(value))


def as_text(text: str) -> str:
    """Spell a text for a sheet: one that it would compute gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA) else text

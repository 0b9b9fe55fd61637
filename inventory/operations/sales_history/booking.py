"""Booking a sales history through the ledger, each line once, whatever happens in between.

Two passes over the files. The first finds the items and how far each would fall below zero; then
come the items and their opening receipts; the second pass books. A line that has its `SalesLine`
is skipped in both, so a run that was cut off is finished by the next one. A dry run goes the same
way, and posts nothing.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import batched
from pathlib import Path

from django.db import Error, OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from accounts.access import EVERYWHERE
from accounts.models import User
from inventory import ledger
from inventory.ledger import Line, Refused, Request
from inventory.models import Location, LocationKind, MovementKind, Reason, SalesLine
from inventory.operations.sales_history.identity import (
    Batch,
    Identified,
    Reject,
    batches,
    counting,
)
from inventory.operations.sales_history.opening import ITEMS_A_CALL, Need, learn, open_items
from inventory.operations.sales_history.reading import RowError
from inventory.operations.sales_history.report import Report

# Told the step, and how many of its lines are done, of how many; None when that is not known yet.
type Progress = Callable[[str, int, int | None], None]


class ImportRefused(Exception):
    """The import cannot begin. The text is fit to show."""


class _Stopped(Exception):
    """Whoever started it has asked it to end."""


@dataclass(slots=True, kw_only=True)
class _Run:
    """One import: what it was asked, and what came of it so far."""

    paths: Sequence[Path]
    actor: User
    shelf: Location
    dry_run: bool
    progress: Progress
    stop: Callable[[], bool]
    reject: Reject
    report: Report = field(default_factory=Report)

    def refuse(self, error: RowError) -> None:
        self.report.rejected += 1
        self.reject(error)

    def unless_stopped[T](self, work: Iterable[T]) -> Iterator[T]:
        """Go through `work`, and look before each whether there is to be more."""
        for piece in work:
            if self.stop():
                raise _Stopped
            yield piece


def import_sales_history(
    *,
    paths: Sequence[Path],
    actor: User,
    place: str = "",
    dry_run: bool = False,
    progress: Progress = lambda step, done, total: None,
    stop: Callable[[], bool] = lambda: False,
    reject: Reject = lambda error: None,
) -> Report:
    """Book the lines of the files that are not booked yet; see `docs/operating.md`.

    `reject` is told of every row that is not booked though it should be. `stop` is asked between
    two calls of the ledger whether to end early: the report says so, and a new run finishes the
    rest. Memory grows with the codes in the files, not with their lines.

    :raises FileRefused: if a file is no sales history
    :raises ImportRefused: if there is no place to ship from, or another import is running
    """
    began = time.monotonic()
    run = _Run(
        paths=paths,
        actor=actor,
        shelf=_shelf(actor, place),
        dry_run=dry_run,
        progress=progress,
        stop=stop,
        reject=reject,
    )
    with _alone(), counting():
        try:
            _book(run, _open(run, _learn(run)))
        except _Stopped:
            run.report.stopped = True
        if run.report.booked and not dry_run:
            _count_anew()
    run.report.seconds = time.monotonic() - began
    return run.report


@contextmanager
def _alone() -> Iterator[None]:
    """One import at a time, told by a lock of the session that ends with it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # Of a run that was killed, the database notices the end a moment later.
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute("SELECT pg_advisory_lock(hashtext('inventory_salesline'))")
    except OperationalError as failure:
        if isinstance(failure.__cause__, LockNotAvailable):
            raise ImportRefused("Another import is running. Wait until it is done.") from failure
        raise
    try:
        yield
    finally:
        # A connection that is lost has let go of it already.
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('inventory_salesline'))")


def _shelf(actor: User, code: str) -> Location:
    places = Location.objects.movable_by(actor).holding()
    if code:
        found = places.filter(code__iexact=code).first()
        if found is None:
            raise ImportRefused(f"No place that holds stock has the code “{code}”.")
        return found
    bins = places.filter(kind=LocationKind.BIN, sells=True).order_by("priority", "code", "pk")
    found = bins.first()
    if found is None:
        raise ImportRefused("There is no sellable bin to ship from. Make one, or name --place.")
    return found


def _learn(run: _Run) -> dict[str, Need]:
    """Read everything once, in the order of booking; what is needed of each code."""
    needs: dict[str, Need] = defaultdict(Need)
    for batch in run.unless_stopped(batches(run.paths, reject=run.refuse)):
        learn(batch, needs, run.report)
        run.progress("Reading", run.report.rows, None)
    run.report.rows += run.report.rejected
    return needs


def _open(run: _Run, needs: dict[str, Need]) -> dict[str, int]:
    """Have the items and enough of each; primary keys of those that are kept in stock, by code."""
    items: dict[str, int] = {}
    for codes in run.unless_stopped(batched(sorted(needs), ITEMS_A_CALL)):
        items |= open_items(
            {code: needs[code] for code in codes},
            shelf=run.shelf,
            actor=run.actor,
            dry_run=run.dry_run,
            report=run.report,
        )
    return items


def _book(run: _Run, items: dict[str, int]) -> None:
    stray = Reason.objects.get(code="sales-history").pk
    # What cannot be read was told of by the first pass.
    readable = run.report.rows - run.report.rejected
    done = 0
    for batch in run.unless_stopped(batches(run.paths, reject=lambda error: None)):
        asked = [
            (_request(kind, lines, items, run, stray), lines)
            for kind, lines in _fresh(run, batch, items)
        ]
        if run.dry_run:
            run.report.booked += sum(len(lines) for _, lines in asked)
        elif asked:
            _count(run, asked, _post(asked))
        done += len(batch.lines)
        run.progress("Booking", done, readable)


def _fresh(
    run: _Run, batch: Batch, items: dict[str, int]
) -> Iterator[tuple[MovementKind, list[Identified]]]:
    """What of the batch is still to be booked, and can be."""
    for kind, lines in batch.acts():
        fresh = []
        for line in lines:
            if not line.row.is_booked or line.identity in batch.booked:
                continue
            if line.row.code in items:
                fresh.append(line)
            else:
                run.refuse(_wrong(line, "StockCode", "an item that is kept in stock"))
        if fresh:
            yield kind, fresh


def _request(
    kind: MovementKind, lines: list[Identified], items: dict[str, int], run: _Run, stray: int
) -> Request:
    first = lines[0].row
    asked = Request(
        kind,
        tuple(Line(items[line.row.code], abs(line.row.quantity), run.shelf.pk) for line in lines),
        actor=run.actor.pk,
        scope=EVERYWHERE,
        reference=f"invoice:{first.invoice}",
        effective_at=first.at,
    )
    if kind != MovementKind.ADJUST:
        return asked
    return replace(
        asked,
        lines=(Line(items[first.code], first.quantity, run.shelf.pk),),
        reason=stray,
        note=first.description[:500],
    )


type _Asked = list[tuple[Request, list[Identified]]]


@transaction.atomic
def _post(asked: _Asked) -> list[ledger.Outcome]:
    """Book some invoices, and keep which line became which movement, in one transaction."""
    outcomes = ledger.post([request for request, _ in asked])
    SalesLine.objects.bulk_create(
        SalesLine(invoice=line.row.invoice, code=line.row.code, n=line.n, movement_id=movement)
        for (_, lines), outcome in zip(asked, outcomes, strict=True)
        if not isinstance(outcome, Refused)
        for line, movement in zip(lines, outcome.movements, strict=True)
    )
    return outcomes


def _count(run: _Run, asked: _Asked, outcomes: list[ledger.Outcome]) -> None:
    """Put into the report what was committed, and what the ledger refused."""
    for (_, lines), outcome in zip(asked, outcomes, strict=True):
        if isinstance(outcome, Refused):
            for line in lines:
                run.refuse(_wrong(line, "Quantity", outcome.text))
        else:
            run.report.booked += len(lines)


def _wrong(line: Identified, column: str, expected: str) -> RowError:
    row = line.row
    got = row.code if column == "StockCode" else str(row.quantity)
    return RowError(row.file, row.row, column, expected, got)


def _count_anew() -> None:
    """The planner knows nothing yet of so many new rows, and would choose ways for a few."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE inventory_item, inventory_stocklevel, inventory_stockmovement, "
            "inventory_salesline"
        )

"""Booking a sales history through the ledger, each line once, whatever happens in between.

Two passes over the files. The first finds the items and how far each would fall below zero; then
come the items and their opening receipts; the second pass books. A line that has its `SalesLine`
is skipped in both, so a run that was cut off is finished by the next one.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from django.db import OperationalError, connection, transaction

from accounts.models import User
from inventory import ledger
from inventory.ledger import Line, Refused, Request
from inventory.models import (
    Item,
    Location,
    LocationKind,
    MovementKind,
    Reason,
    SalesLine,
    StockLevel,
    Unit,
)
from inventory.operations.sales_history.reading import RowError, SalesRow, read
from inventory.operations.sales_history.report import Report

INVOICES_A_CALL = 50
ITEMS_A_CALL = 500
OPENING = "opening:sales-history"

type Progress = Callable[[int, int], None]


class ImportRefused(Exception):
    """The import cannot begin. The text is fit to show."""


@dataclass(slots=True)
class _Need:
    """What the first pass learns of a code, in base units."""

    goods: bool = False
    running: int = 0
    lowest: int = 0
    first_at: datetime | None = None
    names: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Identified:
    """A row and which of the lines of its code in its invoice it is."""

    row: SalesRow
    n: int

    @property
    def identity(self) -> tuple[str, str, int]:
        return (self.row.invoice, self.row.code, self.n)


def import_sales_history(
    *,
    paths: Sequence[Path],
    actor: User,
    place: str = "",
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Book the lines of the files that are not booked yet; see `docs/operating.md`.

    `progress` is told how many rows are done, of how many. KeyboardInterrupt between two calls of
    the ledger ends it early: the report says so, and a new run finishes the rest.

    :raises FileRefused: if a file is no sales history
    :raises ImportRefused: if there is no place to ship from, or another import is running
    """
    began = time.monotonic()
    report = Report()
    with _alone():
        shelf = _shelf(actor, place)
        try:
            needs = _learn(paths, report)
            if not dry_run:
                items = _open(needs, shelf, actor, report)
                _book(paths, items, shelf, actor, report, progress)
                _count_anew()
        except KeyboardInterrupt:
            report.stopped = True
    report.seconds = time.monotonic() - began
    return report


@contextmanager
def _alone() -> Iterator[None]:
    """One import at a time, told by a lock of the session that ends with it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # Of a run that was killed, the database notices the end a moment later.
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute("SELECT pg_advisory_lock(hashtext('inventory_salesline'))")
    except OperationalError as held:
        raise ImportRefused("Another import is running. Wait until it is done.") from held
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('inventory_salesline'))")


def _shelf(actor: User, code: str) -> Location:
    places = Location.objects.for_user(actor).holding()
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


def _learn(paths: Sequence[Path], report: Report) -> dict[str, _Need]:
    """Read everything once, in the order of booking."""
    needs: dict[str, _Need] = defaultdict(_Need)
    for batch in _batches(paths, report):
        known = _booked_already(batch)
        for _, lines in _acts(batch):
            for line in lines:
                report.rows += 1
                _note(line, needs[line.row.code], known, report)
    return needs


def _note(line: _Identified, need: _Need, known: set[tuple[str, str, int]], report: Report) -> None:
    row = line.row
    if row.description and not row.is_stray:
        need.names[row.description] += 1
    if not row.is_goods:
        report.no_goods.add(row.code)
        report.not_stocked += 1
        return
    need.goods = True
    if row.is_unusual:
        report.unusual.add(row.code)
    if line.identity in known:
        report.already += 1
        return
    need.first_at = min(need.first_at or row.at, row.at)
    need.running += row.change
    need.lowest = min(need.lowest, need.running)


def _open(needs: dict[str, _Need], shelf: Location, actor: User, report: Report) -> dict[str, int]:
    """Make the items that are missing and their opening receipts; keys of stocked items by code."""
    piece = Unit.objects.get(code="piece")
    items: dict[str, int] = {}
    codes = sorted(needs)
    for start in range(0, len(codes), ITEMS_A_CALL):
        chunk = codes[start : start + ITEMS_A_CALL]
        with transaction.atomic():
            known = _items(actor, chunk)
            missing = [
                Item(sku=code, name=_name(code, needs[code]), unit=piece, stocked=needs[code].goods)
                for code in chunk
                if code not in known
            ]
            Item.objects.bulk_create(missing)
            report.new_items += len(missing)
            stocked = {code: item.pk for code, item in _items(actor, chunk).items() if item.stocked}
            report.openings += _receive(stocked, needs, shelf, actor)
            items |= stocked
    return items


def _items(actor: User, codes: Sequence[str]) -> dict[str, Item]:
    # Upper, as the index has it; Django's `iexact` takes one value at a time.
    found = Item.objects.for_user(actor).extra(
        where=["upper(inventory_item.sku) = ANY(%s)"], params=[list(codes)]
    )
    return {item.sku.upper(): item for item in found}


def _name(code: str, need: _Need) -> str:
    [(name, _)] = need.names.most_common(1) or [(code, 0)]
    return name[:200]


def _receive(items: dict[str, int], needs: dict[str, _Need], shelf: Location, actor: User) -> int:
    """Book what each item would fall short of; how many receipts that were."""
    levels = StockLevel.objects.filter(location=shelf, item__in=items.values())
    free = dict(levels.values_list("item_id", "available"))
    requests = []
    for code, item in items.items():
        need = needs[code]
        short = -(free.get(item, 0) + need.lowest)
        if need.first_at and short > 0:
            requests.append(
                Request(
                    MovementKind.RECEIVE,
                    (Line(item, short, shelf.pk),),
                    actor=actor.pk,
                    reference=OPENING,
                    effective_at=need.first_at - timedelta(seconds=1),
                )
            )
    ledger.post(requests)
    return len(requests)


def _book(
    paths: Sequence[Path],
    items: dict[str, int],
    shelf: Location,
    actor: User,
    report: Report,
    progress: Progress,
) -> None:
    stray = Reason.objects.get(code="sales-history").pk
    done = 0
    for batch in _batches(paths, None):
        known = _booked_already(batch)
        asked = []
        for kind, lines in _acts(batch):
            fresh = [
                line
                for line in lines
                if line.row.is_goods and line.row.code in items and line.identity not in known
            ]
            if fresh:
                asked.append((_request(kind, fresh, items, shelf, actor, stray), fresh))
        if asked:
            _post(asked, report)
        report.invoices += len({line.row.invoice for line in batch})
        done += len(batch)
        progress(done, report.rows)


def _request(
    kind: MovementKind,
    lines: list[_Identified],
    items: dict[str, int],
    shelf: Location,
    actor: User,
    stray: int,
) -> Request:
    first = lines[0].row
    adjusts = kind == MovementKind.ADJUST
    return Request(
        kind,
        tuple(
            Line(
                items[line.row.code],
                line.row.quantity if adjusts else abs(line.row.quantity),
                shelf.pk,
            )
            for line in lines
        ),
        actor=actor.pk,
        reference=f"invoice:{first.invoice}",
        reason=stray if adjusts else None,
        note=first.description[:500] if adjusts else "",
        effective_at=first.at,
    )


@transaction.atomic
def _post(asked: list[tuple[Request, list[_Identified]]], report: Report) -> None:
    """Book some invoices, and keep which line became which movement, in one transaction."""
    kept = []
    for (_, lines), outcome in zip(
        asked, ledger.post([request for request, _ in asked]), strict=True
    ):
        if isinstance(outcome, Refused):
            report.errors += [
                RowError(line.row.file, line.row.row, "Quantity", outcome.text, line.row.code)
                for line in lines
            ]
            continue
        report.booked += len(lines)
        for line, movement in zip(lines, outcome.movements, strict=True):
            invoice, code, n = line.identity
            kept.append(SalesLine(invoice=invoice, code=code, n=n, movement_id=movement))
    SalesLine.objects.bulk_create(kept)


def _count_anew() -> None:
    """The planner knows nothing yet of so many new rows, and would choose ways for a few."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE inventory_item, inventory_stocklevel, inventory_stockmovement, "
            "inventory_salesline"
        )


def _acts(batch: list[_Identified]) -> Iterator[tuple[MovementKind, list[_Identified]]]:
    """What is booked as one: the lines of an invoice of one kind; each stray for itself."""
    for _, piece in groupby(batch, key=lambda line: line.row.invoice):
        lines = list(piece)
        for kind in (MovementKind.RETURN, MovementKind.SHIP):
            if of_kind := [line for line in lines if line.row.kind == kind]:
                yield kind, of_kind
        for line in lines:
            if line.row.kind == MovementKind.ADJUST:
                yield MovementKind.ADJUST, [line]


def _batches(paths: Sequence[Path], report: Report | None) -> Iterator[list[_Identified]]:
    """The rows of some fifty invoices at a time; what cannot be read goes into `report`."""
    counts: Counter[tuple[str, str]] = Counter()
    batch: list[_Identified] = []
    invoices = 0
    for row in read(paths):
        if isinstance(row, RowError):
            if report is not None:
                report.errors.append(row)
            continue
        if not batch or batch[-1].row.invoice != row.invoice:
            if invoices == INVOICES_A_CALL:
                yield batch
                batch, invoices = [], 0
            invoices += 1
        counts[row.invoice, row.code] += 1
        batch.append(_Identified(row, counts[row.invoice, row.code]))
    if batch:
        yield batch


def _booked_already(batch: list[_Identified]) -> set[tuple[str, str, int]]:
    invoices = {line.row.invoice for line in batch}
    return set(SalesLine.objects.filter(invoice__in=invoices).values_list("invoice", "code", "n"))

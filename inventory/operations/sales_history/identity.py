"""Which line is which: the n-th of its code in its invoice, counted over the whole input.

An invoice may stand in two pieces, with any number of others between, so every invoice must be
remembered to the end. A table of this session remembers, not this process: it would grow with the
files.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from django.db import Error, connection

from inventory.models import MovementKind, SalesLine
from inventory.operations.sales_history.reading import RowError, SalesRow, read

INVOICES_A_CALL = 50
# An invoice that is longer is booked in pieces: one transaction must not hold everything.
LINES_A_CALL = 5_000

type Identity = tuple[str, str, int]
type Reject = Callable[[RowError], None]


@dataclass(frozen=True, slots=True)
class Identified:
    """A row and which of the lines of its code in its invoice it is."""

    row: SalesRow
    n: int

    @property
    def identity(self) -> Identity:
        return (self.row.invoice, self.row.code, self.n)


@dataclass(frozen=True, slots=True)
class Batch:
    """The lines of some fifty invoices, in the order of the files.

    `booked` are those of them that an earlier run has booked; `invoices` counts those that no
    batch before had a piece of.
    """

    lines: list[Identified]
    booked: frozenset[Identity]
    invoices: int

    def acts(self) -> Iterator[tuple[MovementKind, list[Identified]]]:
        """What is booked as one: lines of an invoice, moment and kind; each stray for itself."""
        for _, piece in groupby(self.lines, key=lambda line: (line.row.invoice, line.row.at)):
            lines = list(piece)
            for kind in (MovementKind.RETURN, MovementKind.SHIP):
                if of_kind := [line for line in lines if line.row.kind == kind]:
                    yield kind, of_kind
            for line in lines:
                if line.row.kind == MovementKind.ADJUST:
                    yield MovementKind.ADJUST, [line]


@contextmanager
def counting() -> Iterator[None]:
    """Have the table that remembers; it goes with this block, or with the connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE sales_counted (invoice text PRIMARY KEY, lines text NOT NULL)"
        )
    try:
        yield
    finally:
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("DROP TABLE sales_counted")


def batches(paths: Sequence[Path], *, reject: Reject) -> Iterator[Batch]:
    """Read the files from the beginning, inside `counting`; what is no row goes to `reject`.

    :raises FileRefused: if a file is no sales history
    """
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sales_counted")
    rows: list[SalesRow] = []
    invoices = 0
    for row in read(paths):
        if isinstance(row, RowError):
            reject(row)
            continue
        if not rows or rows[-1].invoice != row.invoice:
            invoices += 1
        if invoices > INVOICES_A_CALL or len(rows) == LINES_A_CALL:
            yield _identified(rows)
            rows, invoices = [], 1
        rows.append(row)
    if rows:
        yield _identified(rows)


def _identified(rows: list[SalesRow]) -> Batch:
    named = list({row.invoice for row in rows})
    counts: dict[str, Counter[str]] = {invoice: Counter() for invoice in named}
    with connection.cursor() as cursor:
        cursor.execute("SELECT invoice, lines FROM sales_counted WHERE invoice = ANY(%s)", [named])
        before = {invoice: Counter(json.loads(lines)) for invoice, lines in cursor.fetchall()}
        counts |= before
        lines = []
        for row in rows:
            count = counts[row.invoice]
            count[row.code] += 1
            lines.append(Identified(row, count[row.code]))
        cursor.execute(
            "INSERT INTO sales_counted SELECT * FROM unnest(%s::text[], %s::text[]) "
            "ON CONFLICT (invoice) DO UPDATE SET lines = excluded.lines",
            [named, [json.dumps(counts[invoice]) for invoice in named]],
        )
    booked = SalesLine.objects.filter(invoice__in=named).values_list("invoice", "code", "n")
    return Batch(lines, frozenset(booked), len(named) - len(before))

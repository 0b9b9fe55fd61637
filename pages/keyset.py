"""Pages of a long list: a cursor says where to go on, nothing that was read is read again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from django.core import signing
from django.core.exceptions import BadRequest, FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

COUNTED = 10_000  # rows that are counted one by one; of more, the planner's word is taken
NOT_OURS = "The address of this page was cut off or changed. Start at the first page."


class About(int):
    """How many rows there are: exact when there are few, else what the planner believes."""

    exact: bool

    @classmethod
    def of(cls, number: int, *, exact: bool) -> Self:
        about = cls(number)
        about.exact = exact
        return about


@dataclass(frozen=True, kw_only=True, slots=True)
class Page[Row: Model]:
    """Rows of one page. `after` and `before` are the cursors of its neighbours, None at an end.

    `first` is the number of the first row, counted from 1; it may be off by what others have added
    or removed since the first page was read.
    """

    rows: list[Row]
    after: str | None
    before: str | None
    about: About
    first: int

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


@dataclass(frozen=True, slots=True)
class _Cursor:
    value: Any  # of the sort key; None among the rows that have none
    pk: Any
    position: int  # the number of the row, counted from 1


def about(queryset: QuerySet) -> About:
    """Tell how many rows there are: exactly to 10,000, then by the planner's estimate."""
    bare = queryset.order_by().values("pk")
    counted = bare[:COUNTED].count()
    if counted < COUNTED:
        return About.of(counted, exact=True)
    plan = json.loads(bare.explain(format="json"))
    return About.of(max(COUNTED, int(plan[0]["Plan"]["Plan Rows"])), exact=False)


def keyset[Row: Model](
    queryset: QuerySet[Row],
    *,
    by: str,
    after: str | None = None,
    before: str | None = None,
    descending: bool = False,
    size: int = 50,
) -> Page[Row]:
    """Read the page after or before a cursor, in the order (`by`, pk); without one, the first.

    Rows without a value stand last in both directions. An index on (`by`, id) serves both.

    :raises BadRequest: if the cursor is not one of ours, or of another order
    """
    order = _Order(queryset, by, descending=descending)
    if before:
        cursor = order.opened(before)
        rows = list(reversed(order.read(cursor, size=size + 1, backwards=True)))
        if len(rows) > size:
            first = max(2, cursor.position - size)
            return order.page(rows[1:], first=first, more=True)
        # Less than a page is left in front of it: show the first page in full.
        after = None
    start = order.opened(after) if after else None
    rows = order.read(start, size=size + 1)
    first = start.position + 1 if start else 1
    return order.page(rows[:size], first=first, more=len(rows) > size)


def refuse_foreign(
    queryset: QuerySet, *cursors: str | None, by: str, descending: bool = False
) -> None:
    """Read the `cursors` that are given, and nothing else.

    :raises BadRequest: if one is not one of ours, or of another order
    """
    order = _Order(queryset, by, descending=descending)
    for cursor in filter(None, cursors):
        order.opened(cursor)


def chunks[Row: Model](
    queryset: QuerySet[Row], *, by: str, descending: bool = False, size: int = 1000
) -> Iterator[list[Row]]:
    """Walk through all rows in the order (`by`, pk), `size` at a time, each a short statement."""
    order = _Order(queryset, by, descending=descending)
    cursor = None
    while rows := order.read(cursor, size=size):
        yield rows
        if len(rows) < size:
            return
        cursor = order.cursor(rows[-1], position=0)


class _Order[Row: Model]:
    """The order (`by`, pk) of a queryset, rows without a value last."""

    def __init__(self, queryset: QuerySet[Row], by: str, *, descending: bool) -> None:
        self._queryset = queryset
        self._by = by
        self._descending = descending
        self._field = _output_field(queryset, by)
        self._may_be_missing = _may_be_missing(queryset.model, by)
        direction = "down" if descending else "up"
        self._signer = signing.Signer(
            salt=f"pages.keyset:{queryset.model._meta.label}:{by}:{direction}"
        )

    def read(self, start: _Cursor | None, *, size: int, backwards: bool = False) -> list[Row]:
        """Read up to `size` rows behind `start`; `backwards`, those in front of it, nearest first.

        Two stretches, rows with a value and rows without, each of them one walk along an index.
        """
        rows: list[Row] = []
        missing = start is not None and start.value is None
        for without in self._stretches(from_missing=missing, backwards=backwards):
            from_here = start if start is not None and without == missing else None
            page = self._stretch(without, from_here, backwards=backwards)
            rows += page[: size - len(rows)]
            if len(rows) == size:
                break
        return rows

    def page(self, rows: list[Row], *, first: int, more: bool) -> Page[Row]:
        last = first + len(rows) - 1
        after = self._sealed(self.cursor(rows[-1], position=last)) if rows and more else None
        before = self._sealed(self.cursor(rows[0], position=first)) if rows and first > 1 else None
        return Page(rows=rows, after=after, before=before, about=about(self._queryset), first=first)

    def cursor(self, row: Row, *, position: int) -> _Cursor:
        value: Any = row
        for name in self._by.split("__"):
            value = getattr(value, name, None)
        return _Cursor(value, row.pk, position)

    def opened(self, text: str) -> _Cursor:
        """:raises BadRequest: if `text` was not made here, for this order"""
        try:
            value, pk, position = self._signer.unsign_object(text)
            value = None if value is None else self._field.to_python(value)
            return _Cursor(value, self._queryset.model._meta.pk.to_python(pk), int(position))
        except (signing.BadSignature, ValidationError, ValueError, TypeError) as failure:
            raise BadRequest(NOT_OURS) from failure

    def _sealed(self, cursor: _Cursor) -> str:
        parts = [_plain(cursor.value), _plain(cursor.pk), cursor.position]
        return self._signer.sign_object(parts)

    def _stretches(self, *, from_missing: bool, backwards: bool) -> list[bool]:
        if not self._may_be_missing:
            return [False]
        way = [True, False] if backwards else [False, True]
        return way[way.index(from_missing) :]

    def _stretch(self, without: bool, start: _Cursor | None, *, backwards: bool) -> QuerySet[Row]:
        descending = self._descending != backwards
        sign = "-" if descending else ""
        rows = self._queryset
        if self._may_be_missing:
            rows = rows.filter(**{f"{self._by}__isnull": without})
        # Of rows without a value, only the key is left to go by.
        names = ["pk"] if without else [self._by, "pk"]
        if start is not None:
            behind = TupleLessThan if descending else TupleGreaterThan
            here = [start.pk] if without else [start.value, start.pk]
            # As one comparison of rows it walks the index, however many share a value.
            rows = rows.filter(behind(Tuple(*map(F, names)), here))
        return rows.order_by(*[f"{sign}{name}" for name in names])


def _output_field(queryset: QuerySet, by: str) -> Field:
    """Find out of what kind the values of `by` are, be it a column, a join or an annotation."""
    return F(by).resolve_expression(queryset.query.clone()).output_field


def _may_be_missing(model: type[Model], by: str) -> bool:
    """Whether a row may have no value: only columns of it and of what it always refers to do not.

    What comes from an expression may be missing whatever its field says.
    """
    related: Any = model
    for name in by.split("__"):
        try:
            field = related._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            return True
        if field.null:
            return True
        related = field.related_model
    return False


def _plain(value: Any) -> Any:
    """Spell `value` in JSON so that its field reads it back, to the microsecond."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value

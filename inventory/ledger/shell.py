"""The sync shell: lock, plan, write. Pages, jobs and imports come in here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from uuid import uuid4

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from inventory.ledger.plan import Plan, plan
from inventory.ledger.refusals import error_behind, error_of
from inventory.ledger.request import Done, Outcome, Refused, Request
from inventory.ledger.sql import (
    CHANGE_LEVELS,
    LOCK_LEVELS,
    OPEN_LEVELS,
    READ_FACTS,
    READ_ORIGINS,
    WRITE_MOVEMENTS,
    WRITE_NOTES,
)
from inventory.ledger.stock import Balance, Level, Origin, Stock
from inventory.models.movement import MovementKind
from jobs import outbox

_INCOMING = frozenset({MovementKind.RECEIVE, MovementKind.RETURN, MovementKind.ADJUST})


def post(requests: Sequence[Request]) -> list[Outcome]:
    """Lock, plan, write, inside the caller's transaction or its own; outcomes in request order.

    :raises StockError: if the tables refuse what the plan allowed, twice
    """
    if not requests:
        return []
    asked = [_grouped(request) for request in requests]
    try:
        return _posted(asked)
    except IntegrityError as broken:
        if error_behind(broken) is None:
            raise
    # Somebody was faster, as when a place was made structural after the facts were read. They show
    # it now, so that only the request concerned is refused.
    try:
        return _posted(asked)
    except IntegrityError as broken:
        if refusal := error_behind(broken):
            raise refusal from broken
        raise


@transaction.atomic
def _posted(asked: Sequence[Request]) -> list[Outcome]:
    with connection.cursor() as cursor:
        stock, now = _locked(cursor, asked)
        planned = plan(asked, stock, now=now)
        movements = _written(cursor, planned, stock)
    if planned.postings:
        by_level = {level.id: item for (item, _), level in stock.levels.items()}
        items = sorted({by_level[posting.level] for posting in planned.postings})
        outbox.add("stock.changed", {"items": items})
    outcomes: list[Outcome] = []
    for outcome in planned.outcomes:
        if isinstance(outcome, Refused):
            outcomes.append(outcome)
        else:
            outcomes.append(Done(tuple(movements[:outcome])))
            del movements[:outcome]
    return outcomes


def post_one(request: Request) -> Done:
    """`post([request])` for operations.

    :raises StockError: the refusal, as its own class (NotEnoughStock, …), fit to show
    """
    [outcome] = post([request])
    if isinstance(outcome, Refused):
        raise error_of(outcome)
    return outcome


def _grouped(request: Request) -> Request:
    """Lines of one request share a group, so that they can be found together."""
    if len(request.lines) > 1 and request.group is None:
        return replace(request, group=uuid4())
    return request


def _locked(cursor: CursorWrapper, requests: Sequence[Request]) -> tuple[Stock, datetime]:
    lines = list(chain.from_iterable(request.lines for request in requests))
    named = {(line.item, line.place) for line in lines}
    opened = {
        (line.item, line.place)
        for request in requests
        if request.kind in _INCOMING
        for line in request.lines
        if line.quantity > 0
    }
    if opened:
        cursor.execute(OPEN_LEVELS, _pairs(opened))
    cursor.execute(LOCK_LEVELS, _pairs(named))
    levels = {
        (item, place): Level(id, Balance(*balance), version)
        for item, place, id, *balance, version in cursor.fetchall()
    }
    cursor.execute(READ_FACTS, _pairs(named))
    facts = cursor.fetchall()
    items = [fact for noun, *fact in facts if noun == "item"]
    places = [fact for noun, *fact in facts if noun == "place"]
    stock = Stock(
        levels=levels,
        skus={id: sku for id, sku, *_ in items},
        codes={id: code for id, code, *_ in places},
        not_stocked=frozenset(id for id, _, stocked, *_ in items if not stocked),
        structural=frozenset(id for id, _, structural, *_ in places if structural),
        not_sold=frozenset(id for id, _, _, sells, _ in places if not sells),
        origins=_origins(cursor, requests),
    )
    return stock, facts[0][-1]


def _pairs(named: set[tuple[int, int]]) -> dict[str, list[int]]:
    ordered = sorted(named)
    return {"items": [item for item, _ in ordered], "places": [place for _, place in ordered]}


def _origins(cursor: CursorWrapper, requests: Sequence[Request]) -> dict[int, Origin]:
    reversed_ = [request.reverses for request in requests if request.reverses]
    if not reversed_:
        return {}
    cursor.execute(READ_ORIGINS, {"movements": reversed_})
    return {
        id: Origin(item, place, MovementKind(kind), Balance(*change), already)
        for id, item, place, kind, *change, already in cursor.fetchall()
    }


def _written(cursor: CursorWrapper, planned: Plan, stock: Stock) -> list[int]:
    """Write a plan; return the primary keys of its movements, in the order of its postings."""
    if not planned.postings:
        return []
    _change_levels(cursor, planned, stock)
    rows = [
        (
            posting.level,
            posting.version,
            posting.request.kind.value,
            posting.change.on_hand,
            posting.change.allocated,
            posting.change.held,
            posting.change.unavailable,
            posting.after.on_hand,
            posting.after.allocated,
            posting.after.held,
            posting.after.unavailable,
            posting.sells,
            posting.request.actor,
            posting.request.reason,
            posting.request.reference,
            posting.request.group,
            posting.request.reverses,
            posting.request.effective_at,
        )
        for posting in planned.postings
    ]
    cursor.execute(WRITE_MOVEMENTS, [list(column) for column in zip(*rows, strict=True)])
    written = {(level, version): id for level, version, id in cursor.fetchall()}
    movements = [written[posting.level, posting.version] for posting in planned.postings]
    notes = [
        (id, posting.request.note)
        for id, posting in zip(movements, planned.postings, strict=True)
        if posting.request.note
    ]
    if notes:
        cursor.execute(WRITE_NOTES, [list(column) for column in zip(*notes, strict=True)])
    return movements


def _change_levels(cursor: CursorWrapper, planned: Plan, stock: Stock) -> None:
    changes: dict[int, Balance] = {}
    lines: dict[int, int] = {}
    for posting in planned.postings:
        changes[posting.level] = changes.get(posting.level, Balance()) + posting.change
        lines[posting.level] = lines.get(posting.level, 0) + 1
    seen = {level.id: level.version for level in stock.levels.values()}
    ids = sorted(changes)
    cursor.execute(
        CHANGE_LEVELS,
        {
            "levels": ids,
            "on_hand": [changes[id].on_hand for id in ids],
            "allocated": [changes[id].allocated for id in ids],
            "held": [changes[id].held for id in ids],
            "unavailable": [changes[id].unavailable for id in ids],
            "lines": [lines[id] for id in ids],
            "seen": [seen[id] for id in ids],
        },
    )
    if cursor.rowcount != len(ids):
        raise RuntimeError("a level changed under its lock: the ledger has a bug")

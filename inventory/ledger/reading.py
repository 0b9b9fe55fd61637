"""The locks, in the one order of the house, and what is read under them."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from django.db.backends.utils import CursorWrapper

from inventory.ledger.request import Line, Request
from inventory.ledger.sql import (
    LOCK_HOLDS,
    LOCK_LEVELS,
    OPEN_LEVELS,
    READ_ALLOCATIONS,
    READ_FACTS,
    READ_KEYS,
    READ_ORIGINS,
    READ_OVERDUE,
    READ_PARTS,
)
from inventory.ledger.stock import (
    Article,
    Balance,
    Key,
    Level,
    OpenAllocation,
    Origin,
    Part,
    Place,
    StandingHold,
    Stock,
)
from inventory.models.hold import HoldStatus
from inventory.models.movement import MovementKind

_INCOMING = frozenset({MovementKind.RECEIVE, MovementKind.RETURN, MovementKind.ADJUST})
_CHOOSING = frozenset({MovementKind.HOLD, MovementKind.ALLOCATE})


class Stale(Exception):
    """What was read to know what to lock had changed when the lock was got: start over."""


def lock(cursor: CursorWrapper, requests: Sequence[Request]) -> tuple[Stock, datetime]:
    """Lock what `requests` need; return it and the database's time.

    :raises Stale: if an allocation went to another level meanwhile
    """
    holds = _held(cursor, requests)
    keys = _keys(cursor, requests, holds)
    allocations = _allocated(cursor, requests)
    levels = _levels(cursor, requests, holds, allocations)
    if allocations:
        # Under the lock of its level an allocation stands still.
        allocations = _allocated(cursor, requests)
        if any(promise.key not in levels for promise in allocations.values()):
            raise Stale
    lines = list(_lines(requests))
    places = {line.place for line in lines if line.place} | {place for _, place in levels}
    items = {line.item for line in lines} | {item for item, _ in levels}
    items |= {item for hold in holds.values() for item, _ in hold.asked}
    cursor.execute(READ_FACTS, {"items": sorted(items), "places": sorted(places)})
    facts = cursor.fetchall()
    stock = Stock(
        levels=levels,
        articles={
            id: Article(sku, stocked) for noun, id, sku, stocked, *_ in facts if noun == "item"
        },
        places={
            id: Place(code, path, structural, sells, priority)
            for noun, id, code, structural, path, sells, priority, _ in facts
            if noun == "place"
        },
        origins=_origins(cursor, requests),
        holds=holds,
        keys=keys,
        allocations=allocations,
    )
    return stock, facts[0][-1]


def overdue(cursor: CursorWrapper, items: Sequence[int]) -> list[int]:
    """The holds on these items that should have ended by now, by id."""
    if not items:
        return []
    cursor.execute(READ_OVERDUE, {"items": list(items)})
    return sorted(id for (id,) in cursor.fetchall())


def _lines(requests: Iterable[Request]) -> Iterable[Line]:
    return chain.from_iterable(request.lines for request in requests)


def _held(cursor: CursorWrapper, requests: Sequence[Request]) -> dict[int, StandingHold]:
    named = sorted({request.of_hold for request in requests if request.of_hold is not None})
    if not named:
        return {}
    cursor.execute(LOCK_HOLDS, {"holds": named})
    rows = cursor.fetchall()
    cursor.execute(READ_PARTS, {"holds": named})
    parts: dict[int, list[Part]] = {}
    for hold, line, n, item, place, quantity in cursor.fetchall():
        parts.setdefault(hold, []).append(Part(line, n, (item, place), quantity))
    return {id: _standing(id, *row, parts=parts.get(id, ())) for id, *row in rows}


def _keys(
    cursor: CursorWrapper, requests: Sequence[Request], holds: dict[int, StandingHold]
) -> dict[tuple[str, str], int]:
    """The holds that were made with the keys of these requests; added to `holds`."""
    named = sorted({(new.principal, new.key) for r in requests if (new := r.hold)})
    if not named:
        return {}
    principals, keys = zip(*named, strict=True)
    cursor.execute(READ_KEYS, {"principals": list(principals), "keys": list(keys)})
    made = {}
    for principal, key, id, *row in cursor.fetchall():
        made[principal, key] = id
        holds.setdefault(id, _standing(id, *row))
    return made


def _standing(
    id: int,
    status: str,
    expires_at: datetime,
    request_hash: bytes,
    asked: Any,
    *,
    parts: Iterable[Part] = (),
) -> StandingHold:
    return StandingHold(
        id=id,
        status=HoldStatus(status),
        expires_at=expires_at,
        request_hash=bytes(request_hash),
        asked=tuple((item, quantity) for item, quantity in _parsed(asked)),
        parts=tuple(parts),
    )


def _parsed(asked: Any) -> Any:
    # Django's connections hand out jsonb as text, a bare pool as what it says.
    return json.loads(asked) if isinstance(asked, str) else asked


def _allocated(cursor: CursorWrapper, requests: Sequence[Request]) -> dict[int, OpenAllocation]:
    named = sorted(
        {
            line.promise
            for request in requests
            if request.kind in (MovementKind.SHIP, MovementKind.DEALLOCATE)
            for line in request.lines
            if line.promise is not None
        }
    )
    if not named:
        return {}
    cursor.execute(READ_ALLOCATIONS, {"allocations": named})
    return {
        id: OpenAllocation((item, place), quantity, reference)
        for id, item, place, quantity, reference in cursor.fetchall()
    }


def _levels(
    cursor: CursorWrapper,
    requests: Sequence[Request],
    holds: dict[int, StandingHold],
    allocations: dict[int, OpenAllocation],
) -> dict[Key, Level]:
    named = {(line.item, line.place) for line in _lines(requests) if line.place is not None}
    named |= {part.key for hold in holds.values() for part in hold.parts}
    named |= {promise.key for promise in allocations.values()}
    opened = {
        (line.item, line.place)
        for request in requests
        if request.kind in _INCOMING
        for line in request.lines
        if line.quantity > 0 and line.place is not None
    }
    if opened:
        cursor.execute(OPEN_LEVELS, _pairs(opened))
    choosing = [request for request in requests if request.kind in _CHOOSING]
    scopes = [request.scope.paths for request in choosing]
    paths = None if None in scopes else sorted(set(chain.from_iterable(filter(None, scopes))))
    cursor.execute(
        LOCK_LEVELS,
        {
            **_pairs(named),
            "promised": sorted({line.item for line in _lines(choosing)}),
            "paths": paths,
        },
    )
    return {
        (item, place): Level(id, Balance(*balance), version)
        for item, place, id, *balance, version in cursor.fetchall()
    }


def _pairs(named: set[Key]) -> dict[str, list[int]]:
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

"""The locks, in the one order of the house, and what is read under them."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
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
    READ_ALLOCATIONS_AT,
    READ_BESIDE,
    READ_FACTS,
    READ_KEYS,
    READ_LOTS,
    READ_LOTS_AT,
    READ_MOVED,
    READ_ORIGINS,
    READ_OVERDUE,
    READ_PARTS,
    READ_STANDING,
)
from inventory.ledger.stock import (
    Article,
    Balance,
    Batch,
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

_INCOMING = frozenset(
    {
        MovementKind.RECEIVE,
        MovementKind.RETURN,
        MovementKind.ADJUST,
        MovementKind.COUNT,
        MovementKind.MOVE,
    }
)
# Stronger than a promise: what these take is gone, whoever was to have it.
_PHYSICAL = frozenset(
    {
        MovementKind.MOVE,
        MovementKind.ADJUST,
        MovementKind.COUNT,
        MovementKind.SCRAP,
        MovementKind.QUARANTINE,
    }
)
_CHOOSING = frozenset({MovementKind.HOLD, MovementKind.ALLOCATE})


class Stale(Exception):
    """What was read to know what to lock was not enough when the lock was got: start over.

    `holds` are those that must be locked too.
    """

    def __init__(self, holds: Iterable[int] = ()) -> None:
        super().__init__(holds)
        self.holds = frozenset(holds)


def lock(
    cursor: CursorWrapper, requests: Sequence[Request], touched: Iterable[int]
) -> tuple[Stock, datetime]:
    """Lock what `requests` need, and the holds `touched`; return it and the database's time.

    Other holds that stand on the levels are only read.

    :raises Stale: if an allocation went to another level meanwhile
    """
    holds = _held(cursor, named(requests) | set(touched))
    locked = frozenset(holds)  # a retry finds more by its key, which are only read
    allocations = _allocated(cursor, requests)
    levels = _levels(cursor, requests, holds, allocations)
    # Not before: who waited here for the same request must see it, not that nothing is left.
    keys = _keys(cursor, requests, holds)
    if allocations:
        # Under the lock of its level an allocation stands still.
        allocations = _allocated(cursor, requests)
        if any(promise.key not in levels for promise in allocations.values()):
            raise Stale
    if promised := _promised(requests, levels):
        allocations |= _read_allocations(cursor, READ_ALLOCATIONS_AT, levels=promised)
        cursor.execute(READ_STANDING, {"levels": promised})
        holds |= _with_parts(cursor, [row for row in cursor.fetchall() if row[0] not in locked])
    lines = list(_lines(requests))
    articles, places, now = _facts(cursor, lines, levels, holds)
    stock = Stock(
        levels=levels,
        articles=articles,
        places=places,
        origins=_origins(cursor, requests),
        holds=holds,
        keys=keys,
        allocations=allocations,
        moved=_moved(cursor, lines),
        lots=_lots(cursor, levels),
    )
    return stock, now


def _facts(
    cursor: CursorWrapper,
    lines: Iterable[Line],
    levels: Collection[Key],
    holds: Mapping[int, StandingHold],
) -> tuple[dict[int, Article], dict[int, Place], datetime]:
    """What is known of the items and places that are named, and the database's time."""
    places = {place for line in lines for place in (line.place, line.to_place) if place}
    places |= {key.place for key in levels}
    items = {line.item for line in lines} | {key.item for key in levels}
    items |= {item for hold in holds.values() for item, _ in hold.asked}
    cursor.execute(READ_FACTS, {"items": sorted(items), "places": sorted(places)})
    rows = cursor.fetchall()
    articles = {
        id: Article(sku, stocked, tracking == "lot")
        for noun, id, sku, stocked, tracking, *_ in rows
        if noun == "item"
    }
    found = {
        id: Place(code, path, structural, sells, priority)
        for noun, id, code, structural, path, sells, priority, _ in rows
        if noun == "place"
    }
    return articles, found, rows[0][-1]


def beside(
    cursor: CursorWrapper, requests: Sequence[Request], stock: Stock, items: Collection[int]
) -> bool:
    """Whether some of these items stand where a promise may take them, and are not locked.

    A move to a place where nothing had stood brings them there while its end is waited for.
    """
    chosen = _chosen_from(requests)
    chosen["promised"] = [item for item in chosen["promised"] if item in items]
    if not chosen["promised"]:
        return False
    locked = [level.id for level in stock.levels.values()]
    cursor.execute(READ_BESIDE, chosen | {"locked": locked})
    [[found]] = cursor.fetchall()
    return bool(found)


def overdue(cursor: CursorWrapper, items: Sequence[int]) -> list[int]:
    """The holds on these items that should have ended by now, by id."""
    if not items:
        return []
    cursor.execute(READ_OVERDUE, {"items": list(items)})
    return sorted(id for (id,) in cursor.fetchall())


def _lines(requests: Iterable[Request]) -> Iterable[Line]:
    return chain.from_iterable(request.lines for request in requests)


def named(requests: Iterable[Request]) -> set[int]:
    """The holds that these requests name, and that are locked for it."""
    return {request.of_hold for request in requests if request.of_hold is not None}


def _held(cursor: CursorWrapper, wanted: set[int]) -> dict[int, StandingHold]:
    if not wanted:
        return {}
    cursor.execute(LOCK_HOLDS, {"holds": sorted(wanted)})
    return _with_parts(cursor, cursor.fetchall())


def _with_parts(cursor: CursorWrapper, rows: Sequence[Any]) -> dict[int, StandingHold]:
    """Rows of holds as what they are, with what they hold where."""
    if not rows:
        return {}
    cursor.execute(READ_PARTS, {"holds": [id for id, *_ in rows]})
    parts: dict[int, list[Part]] = {}
    for hold, line, n, item, place, lot, quantity in cursor.fetchall():
        parts.setdefault(hold, []).append(Part(line, n, Key(item, place, lot), quantity))
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
    used = {
        line.promise
        for request in requests
        if request.kind in (MovementKind.SHIP, MovementKind.DEALLOCATE)
        for line in request.lines
        if line.promise is not None
    }
    return _read_allocations(cursor, READ_ALLOCATIONS, allocations=sorted(used)) if used else {}


def _read_allocations(
    cursor: CursorWrapper, sql: str, **ids: list[int]
) -> dict[int, OpenAllocation]:
    cursor.execute(sql, ids)
    return {
        id: OpenAllocation(Key(item, place, lot), quantity, reference, since)
        for id, item, place, lot, quantity, reference, since in cursor.fetchall()
    }


def _promised(requests: Sequence[Request], levels: dict[Key, Level]) -> list[int]:
    """The levels, by id, from which goods may be taken though they are promised."""
    taken_from = {
        (line.item, line.place)
        for request in requests
        if request.kind in _PHYSICAL
        for line in request.lines
    }
    return [
        level.id
        for key, level in levels.items()
        if (key.item, key.place) in taken_from and level.balance.held + level.balance.allocated
    ]


def _moved(cursor: CursorWrapper, lines: Sequence[Line]) -> frozenset[tuple[Key, int]]:
    seen = [
        (line.item, line.place, line.lot, line.seen)
        for line in lines
        if line.seen is not None and line.place is not None
    ]
    if not seen:
        return frozenset()
    names = ("items", "places", "lots", "versions")
    columns = map(list, zip(*seen, strict=True))
    cursor.execute(READ_MOVED, dict(zip(names, columns, strict=True)))
    return frozenset((Key(*key), version) for *key, version in cursor.fetchall())


def _lots(cursor: CursorWrapper, levels: Iterable[Key]) -> dict[int, Batch]:
    named = sorted({key.lot for key in levels if key.lot is not None})
    if not named:
        return {}
    cursor.execute(READ_LOTS, {"lots": named})
    return {id: Batch(code, expires_on) for id, code, expires_on in cursor.fetchall()}


def _levels(
    cursor: CursorWrapper,
    requests: Sequence[Request],
    holds: dict[int, StandingHold],
    allocations: dict[int, OpenAllocation],
) -> dict[Key, Level]:
    wanted = {
        (line.item, place)
        for line in _lines(requests)
        for place in (line.place, line.to_place)
        if place is not None
    }
    promised = [part.key for hold in holds.values() for part in hold.parts]
    promised += [promise.key for promise in allocations.values()]
    wanted |= {(key.item, key.place) for key in promised}
    _open(cursor, requests)
    cursor.execute(LOCK_LEVELS, _pairs(wanted) | _chosen_from(requests))
    return {
        Key(item, place, lot): Level(id, Balance(*balance), version)
        for item, place, lot, id, *balance, version in cursor.fetchall()
    }


def _chosen_from(requests: Sequence[Request]) -> dict[str, Any]:
    """The items of which a level is to be chosen, and the places that it may be at."""
    choosing = [request for request in requests if request.kind in _CHOOSING]
    scopes = [request.scope.paths for request in choosing]
    paths = None if None in scopes else sorted(set(chain.from_iterable(filter(None, scopes))))
    return {"promised": sorted({line.item for line in _lines(choosing)}), "paths": paths}


def _open(cursor: CursorWrapper, requests: Sequence[Request]) -> None:
    """Make the levels that goods come to."""
    lines = [
        line
        for request in requests
        if request.kind in _INCOMING
        for line in request.lines
        if line.quantity >= 0 and line.place is not None
    ]
    opened = {(line.item, line.to_place or line.place, line.lot) for line in lines}
    if unnamed := [line for line in lines if line.to_place and line.lot is None]:
        cursor.execute(READ_LOTS_AT, _pairs({(line.item, line.place) for line in unnamed}))
        standing = [Key(*row) for row in cursor.fetchall()]
        opened |= {
            (line.item, line.to_place, key.lot)
            for line in unnamed
            for key in standing
            if (key.item, key.place) == (line.item, line.place)
        }
    if opened:
        columns = map(list, zip(*opened, strict=True))
        cursor.execute(OPEN_LEVELS, dict(zip(("items", "places", "lots"), columns, strict=True)))


def _pairs(wanted: Iterable[tuple[int, int | None]]) -> dict[str, list[int | None]]:
    ordered = list(wanted)
    return {"items": [item for item, _ in ordered], "places": [place for _, place in ordered]}


def _origins(cursor: CursorWrapper, requests: Sequence[Request]) -> dict[int, Origin]:
    reversed_ = [line.reverses for line in _lines(requests) if line.reverses]
    if not reversed_:
        return {}
    cursor.execute(READ_ORIGINS, {"movements": reversed_})
    return {
        id: Origin(Key(item, place, lot), MovementKind(kind), Balance(*change), already)
        for id, item, place, lot, kind, *change, already in cursor.fetchall()
    }

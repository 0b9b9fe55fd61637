"""What was planned is written: levels by deltas, promises, movements."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db.backends.utils import CursorWrapper

from inventory.ledger.draft import Posting
from inventory.ledger.plan import Plan
from inventory.ledger.sql import (
    CHANGE_ALLOCATIONS,
    CHANGE_ASKED,
    CHANGE_LEVELS,
    CHANGE_PARTS,
    END_HOLDS,
    REMOVE_ALLOCATIONS,
    REMOVE_PARTS,
    WRITE_ALLOCATIONS,
    WRITE_HOLDS,
    WRITE_MOVEMENTS,
    WRITE_NOTES,
    WRITE_PARTS,
)
from inventory.ledger.stock import Balance, StandingHold, Stock
from inventory.models.hold import HoldStatus
from inventory.models.movement import MovementKind

# The namespace of groups that nobody named: by the first of their lines, which is unique.
_GROUPS = UUID("6f0a5f0e-6a2b-4ea5-9d0c-0d2f4c0b9a11")


def write(cursor: CursorWrapper, planned: Plan, stock: Stock) -> tuple[list[int], dict[int, int]]:
    """Write a plan; return the primary keys of its movements in the order of its postings, and
    those of new holds by the number that the plan gave them.
    """
    if not planned.postings and not planned.holds:
        return [], {}
    _change_levels(cursor, planned, stock)
    ids = _write_holds(cursor, planned)
    _end_holds(cursor, planned, stock, ids)
    _write_parts(cursor, planned, stock, ids)
    _write_allocations(cursor, planned, stock)
    return _write_movements(cursor, planned, ids), ids


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
    _must_be(cursor.rowcount, len(ids), "a level changed under its lock")


def _write_holds(cursor: CursorWrapper, planned: Plan) -> dict[int, int]:
    """Return the ids of new holds by their numbers."""
    if not planned.new_holds:
        return {}
    request_of = {posting.hold: posting.request for posting in planned.postings}
    rows = [
        (
            uuid4(),
            new.principal,
            new.key,
            new.request_hash,
            new.lifetime,
            new.longest,
            new.contact,
            request_of[number].reference,
            json.dumps(planned.holds[number].asked),
        )
        for number, new in planned.new_holds.items()
    ]
    _run(cursor, WRITE_HOLDS, rows)
    made = {(principal, key): id for principal, key, id in cursor.fetchall()}
    return {number: made[new.principal, new.key] for number, new in planned.new_holds.items()}


def _end_holds(cursor: CursorWrapper, planned: Plan, stock: Stock, ids: dict[int, int]) -> None:
    known = {
        ids.get(number, number): hold
        for number, hold in planned.holds.items()
        if number in stock.holds or hold.status != HoldStatus.ACTIVE
    }
    # Of a confirmed one it tells for what, unless that was said when it was made.
    request_of = {posting.hold: posting.request for posting in planned.postings}
    ended = [
        (id, hold.status.value, _confirmed_for(request_of, hold))
        for id, hold in known.items()
        if hold.status != HoldStatus.ACTIVE
    ]
    if ended:
        _run(cursor, END_HOLDS, ended)
        _must_be(cursor.rowcount, len(ended), "a hold ended under its lock")
    changed = [
        (id, json.dumps(hold.asked))
        for id, hold in known.items()
        if hold.status == HoldStatus.ACTIVE and hold.asked != stock.holds[id].asked
    ]
    if changed:
        _run(cursor, CHANGE_ASKED, changed)


def _confirmed_for(request_of: dict[int | None, Any], hold: StandingHold) -> str | None:
    if hold.status != HoldStatus.CONFIRMED or hold.id not in request_of:
        return None
    reference: str = request_of[hold.id].reference
    return reference or None


def _write_parts(cursor: CursorWrapper, planned: Plan, stock: Stock, ids: dict[int, int]) -> None:
    gone, changed, new = [], [], []
    for number, hold in planned.holds.items():
        before = stock.holds.get(number)
        was = {(part.line, part.n): part for part in (before.parts if before else ())}
        now = {(part.line, part.n): part for part in hold.parts}
        id = ids.get(number, number)
        gone += [(id, *name) for name in was.keys() - now.keys()]
        for name, part in now.items():
            level = stock.levels[part.key].id
            if name not in was:
                new.append((id, *name, level, part.quantity))
            elif part != was[name]:
                changed.append((id, *name, part.quantity - was[name].quantity, level))
    if gone:
        _run(cursor, REMOVE_PARTS, gone)
        _must_be(cursor.rowcount, len(gone), "a line of a hold went under its lock")
    if changed:
        _run(cursor, CHANGE_PARTS, changed)
        _must_be(cursor.rowcount, len(changed), "a line of a hold changed under its lock")
    if new:
        _run(cursor, WRITE_PARTS, new)


def _write_allocations(cursor: CursorWrapper, planned: Plan, stock: Stock) -> None:
    known = stock.allocations
    new = [
        (stock.levels[after.key].id, after.quantity, after.reference, after.since)
        for number, after in planned.allocations.items()
        if number not in known and after is not None
    ]
    gone = [
        number for number, after in planned.allocations.items() if number in known and after is None
    ]
    changed = [
        (number, after.quantity - known[number].quantity, stock.levels[after.key].id)
        for number, after in planned.allocations.items()
        if number in known and after is not None
    ]
    if gone:
        cursor.execute(REMOVE_ALLOCATIONS, [gone])
        _must_be(cursor.rowcount, len(gone), "an allocation went under its lock")
    if changed:
        _run(cursor, CHANGE_ALLOCATIONS, changed)
        _must_be(cursor.rowcount, len(changed), "an allocation changed under its lock")
    if new:
        _run(cursor, WRITE_ALLOCATIONS, new)


def _write_movements(cursor: CursorWrapper, planned: Plan, ids: dict[int, int]) -> list[int]:
    if not planned.postings:
        return []
    groups = _groups(planned.postings)
    rows = [
        (
            posting.level,
            posting.version,
            posting.kind.value,
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
            _reference(posting, ids),
            groups.get(id(posting.request), posting.request.group),
            posting.reverses,
            posting.request.effective_at,
        )
        for posting in planned.postings
    ]
    _run(cursor, WRITE_MOVEMENTS, rows)
    written = {(level, version): id for level, version, id in cursor.fetchall()}
    movements = [written[posting.level, posting.version] for posting in planned.postings]
    notes = [
        (id, posting.request.note)
        for id, posting in zip(movements, planned.postings, strict=True)
        if posting.request.note
    ]
    if notes:
        _run(cursor, WRITE_NOTES, notes)
    return movements


def _groups(postings: Iterable[Posting]) -> dict[int, UUID]:
    """A group for the lines of each request that has several, so that they are found together."""
    lines: dict[int, list[Posting]] = {}
    for posting in postings:
        lines.setdefault(id(posting.request), []).append(posting)
    return {
        request: uuid5(_GROUPS, f"{first.level}:{first.version}")
        for request, [first, *others] in lines.items()
        if others and first.request.group is None
    }


def _reference(posting: Posting, ids: dict[int, int]) -> str:
    """What belongs to a hold is found by its number, a confirmation by what it is for."""
    asked = posting.reference
    if posting.hold is None or (posting.kind == MovementKind.CONFIRM and asked):
        return asked
    return f"hold:{ids.get(posting.hold, posting.hold)}"


def _run(cursor: CursorWrapper, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])


def _must_be(changed: int, wanted: int, broken: str) -> None:
    if changed != wanted:
        raise RuntimeError(f"{broken}: the ledger has a bug")

"""Physical truth wins: promises go along with the goods that they stand on, or break.

What is over gives way first, then the youngest hold, then the youngest allocation, which goes back
to its order.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from inventory.ledger.draft import Draft
from inventory.ledger.request import Broken
from inventory.ledger.stock import Balance, Key, OpenAllocation, Part, StandingHold
from inventory.models.hold import HoldStatus
from inventory.models.movement import MovementKind

_NOW = datetime.max.replace(tzinfo=UTC)  # younger than all that is written already


def break_promises(draft: Draft, key: Key, quantity: int, now: datetime) -> None:
    """Free `quantity` base units at a level, which are promised there."""
    for hold, part in _held(draft, key, now):
        if not quantity:
            return
        taken = min(part.quantity, quantity)
        quantity -= taken
        _shorten(draft, hold, part, taken)
        draft.post(key, Balance(held=-taken), MovementKind.BREAK, hold=hold)
        draft.broken.append(_broken(draft, f"hold:{hold}", key, taken))
    for number, promise in _allocated(draft, key):
        if not quantity:
            return
        taken = min(promise.quantity, quantity)
        quantity -= taken
        draft.use(number, promise, taken)
        draft.post(key, Balance(allocated=-taken), MovementKind.BREAK, reference=promise.reference)
        draft.broken.append(_broken(draft, promise.reference, key, taken))


def carry(draft: Draft, source: Key, target: Key, quantity: int, now: datetime) -> Balance:
    """Point promises on `quantity` base units at `source` to `target`; return what they are."""
    held = allocated = 0
    for hold, part in _held(draft, source, now):
        taken = min(part.quantity, quantity - held)
        if not taken:
            break
        held += taken
        _shorten(draft, hold, part, taken)
        _lengthen(draft, hold, replace(part, key=target, quantity=taken))
    for number, promise in _allocated(draft, source):
        taken = min(promise.quantity, quantity - held - allocated)
        if not taken:
            break
        allocated += taken
        if taken == promise.quantity:
            draft.allocations[number] = replace(promise, key=target)
        else:
            draft.use(number, promise, taken)
            draft.allocations[draft.base.give_number()] = replace(
                promise, key=target, quantity=taken
            )
    return Balance(held=held, allocated=allocated)


def _held(draft: Draft, key: Key, now: datetime) -> Iterator[tuple[int, Part]]:
    """What is held at a level, in the order in which it gives way."""
    standing = (draft.base.holds | draft.holds).values()
    # What a request before this one has made has no id yet, but a number below zero.
    ordered = sorted(standing, key=lambda hold: (hold.expires_at > now, hold.id > 0, -abs(hold.id)))
    for hold in ordered:
        for part in reversed(hold.parts):
            if part.key == key:
                yield hold.id, part


def _allocated(draft: Draft, key: Key) -> Iterator[tuple[int, OpenAllocation]]:
    """What is allocated at a level, youngest first."""
    standing = draft.base.allocations | draft.allocations
    ordered = sorted(
        standing.items(),
        key=lambda one: (one[1].since or _NOW, abs(one[0])) if one[1] else (_NOW, 0),
        reverse=True,
    )
    for number, promise in ordered:
        if promise is not None and promise.key == key:
            yield number, promise


def _shorten(draft: Draft, hold: int, part: Part, quantity: int) -> None:
    """Take from one part of a hold; nothing left of all of them, and it is broken."""
    standing = _standing(draft, hold)
    left = part.quantity - quantity
    parts = tuple(
        replace(each, quantity=left) if each == part else each
        for each in standing.parts
        if each != part or left
    )
    status = standing.status if parts else HoldStatus.BROKEN
    draft.holds[hold] = replace(standing, parts=parts, status=status)


def _lengthen(draft: Draft, hold: int, part: Part) -> None:
    """Add to a hold what one of its lines holds at another level."""
    standing = _standing(draft, hold)
    parts = list(standing.parts)
    there = [each for each in parts if (each.line, each.key) == (part.line, part.key)]
    if there:
        [known] = there
        more = replace(known, quantity=known.quantity + part.quantity)
        parts[parts.index(known)] = more
    else:
        names = {(each.line, each.n) for each in parts}
        n = part.n if (part.line, part.n) not in names else max(each.n for each in parts) + 1
        parts.append(replace(part, n=n))
    draft.holds[hold] = replace(standing, parts=tuple(parts), status=HoldStatus.ACTIVE)


def _standing(draft: Draft, hold: int) -> StandingHold:
    standing = draft.standing(hold)
    if standing is None:
        raise ValueError("a hold gives way that nobody has read")
    return standing


def _broken(draft: Draft, owner: str, key: Key, quantity: int) -> Broken:
    base = draft.base
    return Broken(owner, base.articles[key.item].sku, base.places[key.place].code, quantity)

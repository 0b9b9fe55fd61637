"""How goods are planned: what comes, goes, moves, is counted, set apart or thrown away."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from inventory.ledger import giving_way, promises
from inventory.ledger.draft import Draft
from inventory.ledger.refusals import LevelChanged, NotReversible, short_of
from inventory.ledger.request import Line, Refused, Shortage
from inventory.ledger.stock import Balance, Key, Origin
from inventory.models.movement import MovementKind


def bring(draft: Draft, now: datetime) -> Refused | None:
    """Receive, return, relabel: each line changes what is on hand by its quantity."""
    for line in draft.request.lines:
        draft.post(_key(line), Balance(on_hand=line.quantity))
    return None


def adjust(draft: Draft, now: datetime) -> Refused | None:
    """Correct what is on hand by a difference."""
    for line in draft.request.lines:
        if line.quantity > 0:
            draft.post(_key(line), Balance(on_hand=line.quantity))
            continue
        taken = _taken(draft, line, -line.quantity, _free, _apart, _promised)
        if isinstance(taken, Refused):
            return taken
        for key, quantity in taken:
            _correct(draft, key, -quantity, now)
    return None


def count(draft: Draft, now: datetime) -> Refused | None:
    """Correct what is on hand to what was found; that it was right is written too."""
    for line in draft.request.lines:
        key = _key(line)
        if (key, line.seen) in draft.base.moved or line.seen is None:
            code = draft.base.places[key.place].code
            return Refused(LevelChanged.code, f"What stands at {code} has changed meanwhile.")
        _correct(draft, key, line.quantity - draft.level(key).balance.on_hand, now)
    return None


def ship(draft: Draft, now: datetime) -> Refused | None:
    """Take from the shelf: what is free, or what is promised to the order that is shipped."""
    for line in draft.request.lines:
        if line.promise is not None:
            promise = promises.used(draft, line)
            if isinstance(promise, Refused):
                return promise
            draft.post(promise.key, Balance(on_hand=-line.quantity, allocated=-line.quantity))
            continue
        if line.lot is not None or not draft.base.articles[line.item].tracked:
            # Several lines may want of one level: what falls short is told of all together.
            draft.post(_key(line), Balance(on_hand=-line.quantity))
            continue
        taken = _taken(draft, line, line.quantity, _free)
        if isinstance(taken, Refused):
            return taken
        for key, quantity in taken:
            draft.post(key, Balance(on_hand=-quantity))
    return None


def move(draft: Draft, now: datetime) -> Refused | None:
    """Bring goods to another place. What is free goes first, then what is set apart, then what is
    promised: the promise goes along, unless nothing can be sold from there.
    """
    for line in draft.request.lines:
        taken = _taken(draft, line, line.quantity, _free, _apart, _promised)
        if isinstance(taken, Refused):
            return taken
        for source, quantity in taken:
            target = source._replace(place=line.to_place or 0)
            set_apart, promised = _next_to_free(draft.level(source).balance, quantity)
            carried = Balance()
            if draft.base.places[target.place].sells:
                carried = giving_way.carry(draft, source, target, promised, now)
            else:
                giving_way.break_promises(draft, source, promised, now)
            change = carried + Balance(on_hand=quantity, unavailable=set_apart)
            draft.post(source, -change)
            draft.post(target, change)
    return None


def quarantine(draft: Draft, now: datetime) -> Refused | None:
    """Set goods apart where they stand: they are there, but cannot be sold."""
    for line in draft.request.lines:
        taken = _taken(draft, line, line.quantity, _free, _promised)
        if isinstance(taken, Refused):
            return taken
        for key, quantity in taken:
            free = draft.free(key)
            giving_way.break_promises(draft, key, max(quantity - free, 0), now)
            draft.post(key, Balance(unavailable=quantity))
    return None


def restore(draft: Draft, now: datetime) -> Refused | None:
    """Let goods be sold again that were set apart."""
    for line in draft.request.lines:
        taken = _taken(draft, line, line.quantity, _apart)
        if isinstance(taken, Refused):
            return taken
        for key, quantity in taken:
            draft.post(key, Balance(unavailable=-quantity))
    return None


def scrap(draft: Draft, now: datetime) -> Refused | None:
    """Throw goods away: first what was set apart, then what is free, then what is promised."""
    for line in draft.request.lines:
        taken = _taken(draft, line, line.quantity, _apart, _free, _promised)
        if isinstance(taken, Refused):
            return taken
        for key, quantity in taken:
            before = draft.level(key).balance
            apart = min(quantity, before.unavailable)
            beyond = quantity - apart - before.available
            giving_way.break_promises(draft, key, max(beyond, 0), now)
            draft.post(key, Balance(on_hand=-quantity, unavailable=-apart))
    return None


def reverse(draft: Draft, now: datetime) -> Refused | None:
    """Undo lines. What was shipped out of a promise, or moved with one, comes back free."""
    for line in draft.request.lines:
        key, change = _key(line), draft.base.origins[line.reverses or 0].change
        apart = draft.level(key).balance.unavailable
        if change.unavailable > apart:
            return _too_few(draft, line, change.unavailable, apart)
        draft.post(
            key,
            Balance(on_hand=-change.on_hand, unavailable=-change.unavailable),
            reverses=line.reverses,
        )
    return None


def halves_fit(origins: Iterable[Origin]) -> Refused | None:
    """A move is undone at both of its places or not at all."""
    left: Counter[int] = Counter()
    for origin in origins:
        if origin.kind == MovementKind.MOVE:
            left[origin.key.item] += origin.change.on_hand
    if any(left.values()):
        return Refused(NotReversible.code, "A move is reversed at both of its places.")
    return None


type _Room = Callable[[Balance], int]  # how many of a level may be taken


def _free(balance: Balance) -> int:
    return balance.available


def _apart(balance: Balance) -> int:
    return balance.unavailable


def _promised(balance: Balance) -> int:
    return balance.held + balance.allocated


def _taken(
    draft: Draft, line: Line, quantity: int, *rooms: _Room
) -> list[tuple[Key, int]] | Refused:
    """The lots that a line takes, and how many of each: room by room, in each of them what expires
    first. Without lots it is the one level.
    """
    levels = [
        key
        for key in draft.base.levels_of.get(line.item, ())
        if key.place == line.place and line.lot in (None, key.lot)
    ]
    levels.sort(key=lambda key: (draft.expiry(key), draft.level(key).id))
    taken: Counter[Key] = Counter()
    wanted = quantity
    for room in rooms:
        for key in levels:
            part = min(room(draft.level(key).balance), wanted)
            taken[key] += part
            wanted -= part
    if wanted:
        return _too_few(draft, line, quantity, quantity - wanted)
    return [(key, part) for key, part in taken.items() if part]


def _correct(draft: Draft, key: Key, delta: int, now: datetime) -> None:
    apart, promised = _next_to_free(draft.level(key).balance, -delta)
    giving_way.break_promises(draft, key, promised, now)
    draft.post(key, Balance(on_hand=delta, unavailable=-apart))


def _next_to_free(before: Balance, quantity: int) -> tuple[int, int]:
    """How many of `quantity` are not free: out of those set apart, and out of those promised."""
    beyond = max(quantity - before.available, 0)
    apart = min(beyond, before.unavailable)
    return apart, beyond - apart


def _too_few(draft: Draft, line: Line, wanted: int, there: int) -> Refused:
    base = draft.base
    sku, place = base.articles[line.item].sku, base.places[line.place or 0].code
    return short_of([Shortage(sku, place, wanted, there)])


def _key(line: Line) -> Key:
    if line.place is None:
        raise ValueError("what moves goods names the place")
    return Key(line.item, line.place, line.lot)

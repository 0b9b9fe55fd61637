"""How goods are planned: what comes, goes, moves, is counted, set apart or thrown away."""

from collections import Counter
from collections.abc import Iterable
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
        if refused := _correct(draft, _key(line), line.quantity, now):
            return refused
    return None


def count(draft: Draft, now: datetime) -> Refused | None:
    """Correct what is on hand to what was found; that it was right is written too."""
    for line in draft.request.lines:
        key = _key(line)
        if (key, line.seen) in draft.base.moved or line.seen is None:
            code = draft.base.places[key[1]].code
            return Refused(LevelChanged.code, f"What stands at {code} has changed meanwhile.")
        if refused := _correct(draft, key, line.quantity - draft.level(key).balance.on_hand, now):
            return refused
    return None


def ship(draft: Draft, now: datetime) -> Refused | None:
    """Take from the shelf: what is free, or what is promised to the order that is shipped."""
    for line in draft.request.lines:
        if line.promise is None:
            draft.post(_key(line), Balance(on_hand=-line.quantity))
            continue
        promise = promises.used(draft, line)
        if isinstance(promise, Refused):
            return promise
        draft.post(promise.key, Balance(on_hand=-line.quantity, allocated=-line.quantity))
    return None


def move(draft: Draft, now: datetime) -> Refused | None:
    """Bring goods to another place. What is free goes first, then what is set apart, then what is
    promised: the promise goes along, unless nothing can be sold from there.
    """
    for line in draft.request.lines:
        source, target = _key(line), (line.item, line.to_place or 0)
        before = draft.level(source).balance
        if line.quantity > before.on_hand:
            return _too_few(draft, source, line.quantity, before.on_hand)
        set_apart, promised = _next_to_free(before, line.quantity)
        carried = Balance()
        if draft.base.places[target[1]].sells:
            carried = giving_way.carry(draft, source, target, promised, now)
        else:
            giving_way.break_promises(draft, source, promised, now)
        change = carried + Balance(on_hand=line.quantity, unavailable=set_apart)
        draft.post(source, -change)
        draft.post(target, change)
    return None


def quarantine(draft: Draft, now: datetime) -> Refused | None:
    """Set goods apart where they stand: they are there, but cannot be sold."""
    for line in draft.request.lines:
        key = _key(line)
        before = draft.level(key).balance
        sound = before.on_hand - before.unavailable
        if line.quantity > sound:
            return _too_few(draft, key, line.quantity, sound)
        giving_way.break_promises(draft, key, max(line.quantity - before.available, 0), now)
        draft.post(key, Balance(unavailable=line.quantity))
    return None


def restore(draft: Draft, now: datetime) -> Refused | None:
    """Let goods be sold again that were set apart."""
    for line in draft.request.lines:
        key = _key(line)
        apart = draft.level(key).balance.unavailable
        if line.quantity > apart:
            return _too_few(draft, key, line.quantity, apart)
        draft.post(key, Balance(unavailable=-line.quantity))
    return None


def scrap(draft: Draft, now: datetime) -> Refused | None:
    """Throw goods away: first what was set apart, then what is free, then what is promised."""
    for line in draft.request.lines:
        key = _key(line)
        before = draft.level(key).balance
        if line.quantity > before.on_hand:
            return _too_few(draft, key, line.quantity, before.on_hand)
        apart = min(line.quantity, before.unavailable)
        rest = line.quantity - apart
        giving_way.break_promises(draft, key, max(rest - before.available, 0), now)
        draft.post(key, Balance(on_hand=-line.quantity, unavailable=-apart))
    return None


def reverse(draft: Draft, now: datetime) -> Refused | None:
    """Undo lines. What was shipped out of a promise, or moved with one, comes back free."""
    for line in draft.request.lines:
        key, change = _key(line), draft.base.origins[line.reverses or 0].change
        apart = draft.level(key).balance.unavailable
        if change.unavailable > apart:
            return _too_few(draft, key, change.unavailable, apart)
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
            left[origin.item] += origin.change.on_hand
    if any(left.values()):
        return Refused(NotReversible.code, "A move is reversed at both of its places.")
    return None


def _correct(draft: Draft, key: Key, delta: int, now: datetime) -> Refused | None:
    before = draft.level(key).balance
    if before.on_hand + delta < 0:
        return _too_few(draft, key, -delta, before.on_hand)
    apart, promised = _next_to_free(before, -delta)
    giving_way.break_promises(draft, key, promised, now)
    draft.post(key, Balance(on_hand=delta, unavailable=-apart))
    return None


def _next_to_free(before: Balance, quantity: int) -> tuple[int, int]:
    """How many of `quantity` are not free: out of those set apart, and out of those promised."""
    beyond = max(quantity - before.available, 0)
    apart = min(beyond, before.unavailable)
    return apart, beyond - apart


def _too_few(draft: Draft, key: Key, wanted: int, there: int) -> Refused:
    base = draft.base
    sku, place = base.articles[key[0]].sku, base.places[key[1]].code
    return short_of([Shortage(sku, place, wanted, there)])


def _key(line: Line) -> Key:
    if line.place is None:
        raise ValueError("what moves goods names the place")
    return line.item, line.place

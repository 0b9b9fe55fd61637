"""How promises are planned: which level one takes, and how it ends."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from inventory.ledger.draft import Draft
from inventory.ledger.refusals import (
    HoldBroken,
    HoldEnded,
    KeyTaken,
    PromiseGone,
    short_of,
)
from inventory.ledger.request import Line, Refused, Shortage
from inventory.ledger.stock import Balance, Key, OpenAllocation, Part, StandingHold
from inventory.models.hold import HoldStatus
from inventory.models.movement import MovementKind

type Taken = list[tuple[Key, int]]  # levels, and base units of each

_ENDED = {
    HoldStatus.CONFIRMED: "It was confirmed already.",
    HoldStatus.RELEASED: "It was released already.",
    HoldStatus.EXPIRED: "Its time ran out. Hold the goods anew.",
    HoldStatus.BROKEN: "Nothing of it is left: the goods are gone.",
}


def hold(draft: Draft, now: datetime) -> Refused | None:
    """Make a hold, or change the quantity of a line of one."""
    request = draft.request
    if request.of_hold is not None:
        return _change(draft, now)
    if request.hold is None:
        raise ValueError("a hold is made, or one is changed")
    made = draft.base.keys.get((request.hold.principal, request.hold.key))
    if made is not None:
        draft.hold, draft.replayed = made, True
        same = draft.base.holds[made].request_hash == request.hold.request_hash
        return None if same else Refused(KeyTaken.code, KeyTaken.text)
    taken = _taken(draft, request.lines)
    if isinstance(taken, Refused):
        return taken
    draft.new_hold, draft.hold = request.hold, draft.base.give_number()
    parts = [
        Part(line, n, key, quantity)
        for line, levels in enumerate(taken, start=1)
        for n, (key, quantity) in enumerate(levels, start=1)
    ]
    for part in parts:
        draft.post(part.key, Balance(held=part.quantity))
    draft.holds[draft.hold] = StandingHold(
        id=draft.hold,
        status=HoldStatus.ACTIVE,
        expires_at=now + request.hold.lifetime,
        request_hash=request.hold.request_hash,
        asked=tuple((line.item, line.quantity) for line in request.lines),
        parts=tuple(parts),
    )
    return None


def release(draft: Draft, now: datetime) -> Refused | None:
    """Give everything back. Twice is once; what ended otherwise is refused."""
    standing = _of_request(draft)
    if standing.status == HoldStatus.RELEASED:
        draft.replayed = True
        return None
    if standing.status != HoldStatus.ACTIVE:
        return Refused(HoldEnded.code, _ENDED[standing.status])
    _end(draft, standing, HoldStatus.RELEASED)
    return None


def expire(draft: Draft, now: datetime) -> Refused | None:
    """Give everything back if the time is over; else nothing is to be done."""
    standing = _of_request(draft)
    if standing.status == HoldStatus.ACTIVE and standing.expires_at <= now:
        _end(draft, standing, HoldStatus.EXPIRED)
    else:
        draft.replayed = True
    return None


def confirm(draft: Draft, now: datetime) -> Refused | None:
    """Turn what is held into allocations for the caller's reference. Twice is once."""
    standing = _of_request(draft)
    if standing.status == HoldStatus.CONFIRMED:
        draft.replayed = True
        return None
    if standing.status != HoldStatus.ACTIVE:
        return Refused(HoldEnded.code, _ENDED[standing.status])
    if standing.expires_at <= now:
        return Refused(HoldEnded.code, _ENDED[HoldStatus.EXPIRED])
    if not draft.request.accepts_less and (missing := _missing(draft, standing)):
        left = "; ".join(
            f"{short.available_now:,} of {short.wanted:,} {short.sku}" for short in missing
        )
        return Refused(
            HoldBroken.code,
            f"Part of it is gone. Left: {left}. Confirm what is left, or release it.",
            missing,
        )
    for part in standing.parts:
        draft.post(part.key, Balance(allocated=part.quantity, held=-part.quantity))
        draft.allocations[draft.base.give_number()] = OpenAllocation(
            part.key, part.quantity, draft.request.reference
        )
    draft.holds[standing.id] = replace(standing, status=HoldStatus.CONFIRMED, parts=())
    return None


def allocate(draft: Draft, now: datetime) -> Refused | None:
    """Promise goods to an order without a hold before it."""
    taken = _taken(draft, draft.request.lines)
    if isinstance(taken, Refused):
        return taken
    for levels in taken:
        for key, quantity in levels:
            draft.post(key, Balance(allocated=quantity))
            draft.allocations[draft.base.give_number()] = OpenAllocation(
                key, quantity, draft.request.reference
            )
    return None


def deallocate(draft: Draft, now: datetime) -> Refused | None:
    """Take a promise to an order back, or a part of it."""
    for line in draft.request.lines:
        promise = used(draft, line)
        if isinstance(promise, Refused):
            return promise
        draft.post(promise.key, Balance(allocated=-line.quantity))
    return None


def used(draft: Draft, line: Line) -> OpenAllocation | Refused:
    """The allocation that a line uses up, as it was before; or why it cannot."""
    number = line.promise or 0
    promise = draft.allocation(number)
    if (
        promise is None
        or promise.key.item != line.item
        or line.place not in (None, promise.key.place)
    ):
        return Refused(PromiseGone.code, PromiseGone.text)
    if line.quantity > promise.quantity:
        return Refused(
            PromiseGone.code,
            f"{promise.quantity:,} are promised to {promise.reference}, not {line.quantity:,}.",
        )
    draft.use(number, promise, line.quantity)
    return promise


def _change(draft: Draft, now: datetime) -> Refused | None:
    """Hold as much of one line as is asked now: more is taken, less given back."""
    standing = _of_request(draft)
    if standing.status != HoldStatus.ACTIVE:
        return Refused(HoldEnded.code, _ENDED[standing.status])
    if standing.expires_at <= now:
        return Refused(HoldEnded.code, _ENDED[HoldStatus.EXPIRED])
    [line] = draft.request.lines
    number = line.promise or 0
    held = [part for part in standing.parts if part.line == number]
    more = line.quantity - sum(part.quantity for part in held)
    if more > 0:
        taken = _taken(draft, [replace(line, quantity=more)])
        if isinstance(taken, Refused):
            return taken
        held = _with_more(held, taken[0], number)
        for key, quantity in taken[0]:
            draft.post(key, Balance(held=quantity))
    elif more < 0:
        held, given = _with_less(held, -more)
        for key, quantity in given:
            draft.post(key, Balance(held=-quantity), MovementKind.RELEASE)
    others = [part for part in standing.parts if part.line != number]
    asked = list(standing.asked)
    asked[number - 1] = (line.item, line.quantity)
    draft.holds[standing.id] = replace(standing, asked=tuple(asked), parts=(*others, *held))
    return None


def _with_more(held: list[Part], taken: Taken, line: int) -> list[Part]:
    parts = {part.key: part for part in held}
    n = max((part.n for part in held), default=0)
    for key, quantity in taken:
        if known := parts.get(key):
            parts[key] = replace(known, quantity=known.quantity + quantity)
        else:
            n += 1
            parts[key] = Part(line, n, key, quantity)
    return list(parts.values())


def _with_less(held: list[Part], quantity: int) -> tuple[list[Part], Taken]:
    """Give back what was taken last first."""
    kept, given = list(held), []
    while quantity:
        last = kept.pop()
        back = min(last.quantity, quantity)
        given.append((last.key, back))
        quantity -= back
        if back < last.quantity:
            kept.append(replace(last, quantity=last.quantity - back))
    return kept, given


def _of_request(draft: Draft) -> StandingHold:
    draft.hold = draft.request.of_hold
    standing = draft.standing(draft.hold or 0)
    if standing is None:
        raise ValueError("the hold of a request must be locked before it is planned")
    return standing


def _end(draft: Draft, standing: StandingHold, status: HoldStatus) -> None:
    for part in standing.parts:
        draft.post(part.key, Balance(held=-part.quantity))
    draft.holds[standing.id] = replace(standing, status=status, parts=())


def _missing(draft: Draft, standing: StandingHold) -> tuple[Shortage, ...]:
    """The lines of which less is left than was asked."""
    left = dict.fromkeys(range(1, len(standing.asked) + 1), 0)
    for part in standing.parts:
        left[part.line] += part.quantity
    return tuple(
        Shortage(draft.base.articles[item].sku, "", wanted, left[line])
        for line, (item, wanted) in enumerate(standing.asked, start=1)
        if left[line] < wanted
    )


def _taken(draft: Draft, lines: Iterable[Line]) -> list[Taken] | Refused:
    """The levels that each line takes, or what falls short. No line takes from under another.

    Pinned lines choose first, for they have no other place to go.
    """
    lines = list(lines)
    left: dict[Key, int] = {}
    taken: list[Taken] = [[] for _ in lines]
    for number in sorted(range(len(lines)), key=lambda number: lines[number].place is None):
        line = lines[number]
        chosen = _chosen(draft, line, left)
        if chosen is None:
            return _too_little(draft, lines)
        for key, quantity in chosen:
            left[key] = left.get(key, draft.free(key)) - quantity
        taken[number] = chosen
    return taken


def _chosen(draft: Draft, line: Line, left: dict[Key, int]) -> Taken | None:
    """What expires first; of what expires together one place that holds it all, else several, by
    priority, then in the order of opening.
    """
    base = draft.base
    free = {key: left.get(key, draft.free(key)) for key in _sellable(draft, line)}
    ordered = sorted(
        (key for key, number in free.items() if number > 0),
        key=lambda key: (draft.expiry(key), base.places[key.place].priority, base.levels[key].id),
    )
    chosen: Taken = []
    wanted = line.quantity
    for _, together in groupby(ordered, key=draft.expiry):
        levels = list(together)
        whole = next((key for key in levels if free[key] >= wanted), None)
        for key in [whole] if whole else levels:
            part = min(free[key], wanted)
            chosen.append((key, part))
            wanted -= part
            if not wanted:
                return chosen
    return None


def _sellable(draft: Draft, line: Line) -> list[Key]:
    """The levels that may be promised to this line."""
    places, scope = draft.base.places, draft.request.scope
    return [
        key
        for key in draft.base.levels_of.get(line.item, ())
        if places[key.place].sells
        and places[key.place].is_in(scope)
        and line.place in (None, key.place)
        and line.lot in (None, key.lot)
    ]


def _too_little(draft: Draft, lines: list[Line]) -> Refused:
    """All that falls short, each summed over the lines that want it."""
    base = draft.base
    shortages = []
    for item, place in dict.fromkeys((line.item, line.place) for line in lines):
        line = Line(item, 0, place)
        same = [each for each in lines if each.item == item and place in (None, each.place)]
        wanted = sum(each.quantity for each in same)
        free = sum(max(draft.free(key), 0) for key in _sellable(draft, line))
        if wanted > free:
            where = base.places[place].code if place is not None else ""
            shortages.append(Shortage(base.articles[item].sku, where, wanted, free))
    return short_of(shortages)

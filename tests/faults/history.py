"""What the ledger says of a crowd: nothing oversold, nothing doubled, nobody refused wrongly."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from django.db.models import QuerySet

from inventory.models import Allocation, Hold, Item, MovementNote, StockLevel, StockMovement


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many asks there were, and what went wrong with which."""

    asks: int
    held: int
    refused: int
    oversold: int
    doubled: int
    lost: int
    wrongly_refused: list[dict[str, Any]]

    @property
    def clean(self) -> bool:
        return not (self.oversold or self.doubled or self.lost or self.wrongly_refused)


def judge(sku: str, asks: list[dict[str, Any]]) -> Verdict:
    """Compare what was answered with what is written, for an item that was only held."""
    item = Item.objects.get(sku=sku)
    levels = StockLevel.objects.filter(item=item)
    moments, frees = _free_over_time(StockMovement.objects.filter(level__item=item))
    made = dict(Hold.objects.values_list("idempotency_key", "pk"))
    held = [ask for ask in asks if "hold" in ask]
    refused = [ask for ask in asks if "refused" in ask]
    return Verdict(
        asks=len(asks),
        held=len(held),
        refused=len(refused),
        oversold=-min(0, *frees, *(level.available for level in levels)),
        doubled=len(made) - len(set(made.values())),
        # Who was told that they hold something holds it, and who was told nothing holds nothing.
        lost=sum(made.get(ask["key"]) != ask["hold"] for ask in held)
        + sum(ask["key"] in made for ask in refused)
        + len(asks)
        - len(held)
        - len(refused),
        wrongly_refused=[
            ask
            for ask in refused
            if _least(moments, frees, ask["from"], ask["to"]) >= ask["quantity"]
        ],
    )


# --- a house that was broken while people worked in it -------------------------------------------

# What each act changes on hand, of the quantity that was asked.
_BOOKS = {"receive": 1, "return": 1, "ship": -1, "adjust": 1}
_ENDS = {"release": "released", "confirm": "confirmed"}


@dataclass(frozen=True, slots=True)
class Audit:
    """Which answers of a whole house do not agree with what is written, by what is wrong."""

    asks: int
    booked: int
    refused: int
    unanswered: list[dict[str, Any]]  # nobody answered, or something that is no answer
    lost: list[dict[str, Any]]  # answered as booked, and not written, or not all of it
    doubled: list[dict[str, Any]]
    written_though_refused: list[dict[str, Any]]
    # The same, but a try before the one that was refused had no answer: it went through later. Its
    # key came twice, and a refusal is not remembered.
    overtaken: list[dict[str, Any]]
    wrongly_refused: list[dict[str, Any]]
    oversold: int

    @property
    def wrong(self) -> dict[str, int]:
        """How many asks are wrong in each way."""
        ways = ("unanswered", "lost", "doubled", "written_though_refused", "wrongly_refused")
        return {way: len(getattr(self, way)) for way in ways} | {"oversold": self.oversold}

    @property
    def clean(self) -> bool:
        return not any(self.wrong.values())


def audit(asks: list[dict[str, Any]]) -> Audit:
    """Compare each answer with what is written under the mark `ask:KEY` of its form."""
    written = _Written()
    booked = [ask for ask in asks if ask["answer"] == "booked"]
    refused = [ask for ask in asks if ask["answer"] == "refused"]
    times = {id(ask): written.times(ask) for ask in booked + refused}
    overtaken = [ask for ask in refused if times[id(ask)] == 1 and _was_tried_before(ask)]
    return Audit(
        asks=len(asks),
        booked=len(booked),
        refused=len(refused),
        unanswered=[ask for ask in asks if ask["answer"] not in ("booked", "refused")],
        lost=[ask for ask in booked if times[id(ask)] < 1],
        doubled=[ask for ask in booked if times[id(ask)] > 1],
        written_though_refused=[ask for ask in refused if times[id(ask)] and ask not in overtaken],
        overtaken=overtaken,
        wrongly_refused=[ask for ask in refused if written.was_there(ask)],
        oversold=-min((0, *StockLevel.objects.values_list("available", flat=True))),
    )


def _was_tried_before(ask: dict[str, Any]) -> bool:
    """Whether a try of it had no answer, or none but that the house is away."""
    return bool(ask.get("cut") or ask.get("away"))


class _Written:
    """The ledger and the holds, by the marks that the asks have left."""

    def __init__(self) -> None:
        self.lines: dict[str, list[StockMovement]] = defaultdict(list)
        notes = dict(MovementNote.objects.values_list("movement_id", "text"))
        for line in StockMovement.objects.select_related("level__item", "level__location"):
            self.lines[notes.get(line.pk) or line.reference].append(line)
        self.holds: dict[str, list[Hold]] = defaultdict(list)
        for hold in Hold.objects.all():
            self.holds[hold.idempotency_key].append(hold)
        self.promised: dict[str, int] = defaultdict(int)
        for reference, quantity in Allocation.objects.values_list("reference", "quantity"):
            self.promised[reference] += quantity
        self._free: dict[tuple[str, str], tuple[list[float], list[int]]] = {}

    def times(self, ask: dict[str, Any]) -> float:
        """How often that which was asked is written: 1 is right, a half is lost in part."""
        mark = f"ask:{ask['key']}"
        lines = self.lines.get(mark, [])
        if sign := _BOOKS.get(ask["act"]):
            wanted = (ask["act"], ask["sku"], ask["place"], ask["quantity"] * sign)
            return len(lines) if all(_of(line) == wanted for line in lines) else 0.5
        holds = self.holds.get(ask["key"] if ask["act"] == "hold" else ask["of"], [])
        if len(holds) != 1:
            return len(holds)
        [hold] = holds
        if ask["act"] != "confirm":
            lines = self.lines.get(f"hold:{hold.pk}", [])
        amounts = [sum(abs(line.held_delta) for line in lines if line.kind == ask["act"])]
        if ask["act"] == "confirm":
            amounts.append(self.promised[mark])  # nothing is shipped from it here
        if hold.status != _ENDS.get(ask["act"], hold.status):
            return 0
        return next((n for n in amounts if n != ask["quantity"]), ask["quantity"]) / ask["quantity"]

    def was_there(self, ask: dict[str, Any]) -> bool:
        """Whether enough was free at every moment between ask and answer."""
        wanted = -ask["quantity"] if ask["act"] == "adjust" else ask["quantity"]
        if ask["act"] not in ("ship", "adjust", "hold") or wanted < 0:
            return True  # nothing has to be there
        where = (ask["sku"], ask["place"])
        if where not in self._free:
            lines = StockMovement.objects.filter(level__item__sku=ask["sku"])
            if ask["place"]:
                lines = lines.filter(level__location__code=ask["place"])
            self._free[where] = _free_over_time(lines)
        return _least(*self._free[where], ask["from"], ask["to"]) >= wanted


def _of(line: StockMovement) -> tuple[str, str, str, int]:
    return line.kind, line.level.item.sku, line.level.location.code, line.on_hand_delta


# --- holds that were confirmed and swept at the moment of their end ------------------------------


@dataclass(frozen=True, slots=True)
class Edges:
    """What became of them, and how many ended in a way they must not."""

    holds: int
    confirmed: int
    expired: int
    under_way: int  # confirmations during which the time ran out
    wrong: dict[str, int]

    @property
    def clean(self) -> bool:
        return not any(self.wrong.values())


def judge_edges(told: list[dict[str, Any]]) -> Edges:
    """Compare what each was told who confirmed a hold (of one unit) with how it ended."""
    holds = Hold.objects.in_bulk([one["hold"] for one in told])
    ends: dict[int, list[StockMovement]] = defaultdict(list)
    references = {f"{noun}:{pk}": pk for pk in holds for noun in ("hold", "edge")}
    lines = StockMovement.objects.filter(kind__in=["confirm", "expire", "release"])
    for line in lines.filter(reference__in=references):
        ends[references[line.reference]].append(line)
    states = [holds[one["hold"]].status for one in told]
    ended = list(zip(told, states, strict=True))
    kinds = {one["hold"]: [line.kind for line in ends[one["hold"]]] for one in told}
    wrong = {
        "both": sum(len(each) > 1 for each in kinds.values()),
        "neither": sum(not each for each in kinds.values()),
        "answer_is_not_what_is_written": sum(
            (one.get("done") == "confirmed", one.get("refused") == "hold_ended")
            != (state == "confirmed", state == "expired")
            or kinds[one["hold"]] != [{"confirmed": "confirm", "expired": "expire"}.get(state)]
            for one, state in ended
        ),
        # The clock of the database decides, and it is the clock of this machine.
        "confirmed_when_it_was_over": sum(
            state == "confirmed" and one["from"] > one["ends"] for one, state in ended
        ),
        "ended_before_its_time": sum(
            state != "confirmed" and one["to"] < one["ends"] for one, state in ended
        )
        + sum(
            line.kind == "expire" and line.recorded_at.timestamp() < one["ends"]
            for one in told
            for line in ends[one["hold"]]
        ),
        "failed_otherwise": sum("failed" in one or bool(one["sweep"]) for one in told),
    }
    return Edges(
        holds=len(told),
        confirmed=states.count("confirmed"),
        expired=states.count("expired"),
        under_way=sum(one["from"] <= one["ends"] <= one["to"] for one in told),
        wrong=wrong,
    )


# --- what was free when --------------------------------------------------------------------------


def _free_over_time(lines: QuerySet[StockMovement]) -> tuple[list[float], list[int]]:
    """When what was free changed, and to what; the first is from the beginning of time."""
    deltas = ("on_hand_delta", "held_delta", "allocated_delta", "unavailable_delta")
    rows = list(lines.order_by("recorded_at", "pk").values_list("recorded_at", *deltas))
    moments = [at.timestamp() for at, *_ in rows]
    changes = (on_hand - sum(taken) for _, on_hand, *taken in rows)
    return [0.0, *moments], [0, *accumulate(changes)]


def _least(moments: list[float], frees: list[int], since: float, until: float) -> int:
    """The least that was free at any moment between two."""
    first, last = bisect_right(moments, since) - 1, bisect_right(moments, until)
    return min(frees[first:last])

"""Promises go along with their goods, or give way in order: the decision alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accounts.access import EVERYWHERE
from inventory.ledger import (
    Article,
    Balance,
    Broken,
    Key,
    Level,
    Line,
    OpenAllocation,
    Part,
    Place,
    Request,
    StandingHold,
    Stock,
    plan,
)
from inventory.models import HoldStatus, MovementKind

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SOON = NOW + timedelta(minutes=15)
MUG = 1
A, B, Q, ZONE = 11, 12, 14, 15
PLACES = {
    A: Place("A-01"),
    B: Place("B-01"),
    Q: Place("Q-01", sells=False),
    ZONE: Place("ZONE", structural=True),
}


def held(number: int, *parts: tuple[int, int], over: bool = False) -> StandingHold:
    """A hold on the mug: (place, quantity) for each part of its one line."""
    return StandingHold(
        id=number,
        status=HoldStatus.ACTIVE,
        expires_at=NOW if over else SOON,
        request_hash=b"one",
        asked=((MUG, sum(quantity for _, quantity in parts)),),
        parts=tuple(
            Part(1, n, Key(MUG, place), quantity)
            for n, (place, quantity) in enumerate(parts, start=1)
        ),
    )


def promised(quantity: int, reference: str, *, minutes: int = 0, place: int = A) -> OpenAllocation:
    return OpenAllocation(Key(MUG, place), quantity, reference, NOW - timedelta(minutes=minutes))


def stock_of(on_hand=10, *holds, allocations=(), unavailable=0, there=0, moved=()) -> Stock:
    """`on_hand` mugs at A-01 with these promises on them, and `there` at B-01 and Q-01."""
    here = [part.quantity for hold in holds for part in hold.parts if part.key == Key(MUG, A)]
    balance = Balance(
        on_hand,
        held=sum(here),
        allocated=sum(one.quantity for one in allocations),
        unavailable=unavailable,
    )
    elsewhere = [part.quantity for hold in holds for part in hold.parts if part.key == Key(MUG, B)]
    return Stock(
        levels={
            Key(MUG, A): Level(100, balance, 7),
            Key(MUG, B): Level(101, Balance(there + sum(elsewhere), held=sum(elsewhere)), 3),
            Key(MUG, Q): Level(102, Balance(there), 3),
        },
        articles={MUG: Article("MUG")},
        places=PLACES,
        holds={hold.id: hold for hold in holds},
        allocations=dict(enumerate(allocations, start=50)),
        moved=frozenset(moved),
    )


def ask(kind: MovementKind, quantity: int, *, to: int | None = None, **rest) -> Request:
    rest.setdefault("accepts", None)
    line = Line(MUG, quantity, A, to_place=to, seen=rest.pop("seen", None))
    return Request(kind, (line,), actor=7, scope=EVERYWHERE, **rest)


def broken(request: Request, stock: Stock) -> list[tuple[str, int]]:
    [outcome] = plan([request], stock, now=NOW).outcomes
    return [(each.owner, each.quantity) for each in outcome.broken]


class TestWhoGivesWay:
    HOLDS = (held(1, (A, 2)), held(2, (A, 2), over=True), held(3, (A, 2)))
    ORDERS = (promised(1, "order:1", minutes=9), promised(1, "order:2", minutes=5))

    def stock(self):
        return stock_of(8, *self.HOLDS, allocations=self.ORDERS)

    @pytest.mark.parametrize(
        ("left", "gave_way"),
        [
            (7, [("hold:2", 1)]),
            (5, [("hold:2", 2), ("hold:3", 1)]),
            (3, [("hold:2", 2), ("hold:3", 2), ("hold:1", 1)]),
            (1, [("hold:2", 2), ("hold:3", 2), ("hold:1", 2), ("order:2", 1)]),
            (
                0,
                [("hold:2", 2), ("hold:3", 2), ("hold:1", 2), ("order:2", 1), ("order:1", 1)],
            ),
        ],
    )
    def test_first_what_is_over_then_the_youngest_hold_then_the_youngest_order(
        self, left, gave_way
    ):
        assert broken(ask(MovementKind.COUNT, left, seen=7), self.stock()) == gave_way

    @pytest.mark.parametrize(
        "request_",
        [
            ask(MovementKind.ADJUST, -3),
            ask(MovementKind.SCRAP, 3),
            ask(MovementKind.QUARANTINE, 3),
            ask(MovementKind.MOVE, 3, to=Q),
            ask(MovementKind.COUNT, 5, seen=7),
        ],
        ids=lambda request: request.kind,
    )
    def test_whatever_takes_the_goods(self, request_):
        assert broken(request_, self.stock()) == [("hold:2", 2), ("hold:3", 1)]

    def test_nobody_while_something_is_free(self):
        assert broken(ask(MovementKind.SCRAP, 3), stock_of(5, held(1, (A, 2)))) == []

    def test_nobody_while_something_is_set_apart(self):
        stock = stock_of(5, held(1, (A, 2)), unavailable=3)

        planned = plan([ask(MovementKind.COUNT, 2, seen=7)], stock, now=NOW)

        assert planned.postings[-1].change == Balance(on_hand=-3, unavailable=-3)
        assert not planned.holds

    def test_what_is_set_apart_is_not_set_apart_again(self):
        stock = stock_of(5, held(1, (A, 2)), unavailable=3)

        [short] = plan([ask(MovementKind.QUARANTINE, 3)], stock, now=NOW).outcomes

        assert (short.code, short.shortages[0].available_now) == ("not_enough_stock", 2)

    def test_what_is_set_apart_is_written_as_such(self):
        planned = plan([ask(MovementKind.QUARANTINE, 3)], stock_of(8, held(1, (A, 2))), now=NOW)

        assert [posting.change for posting in planned.postings] == [Balance(unavailable=3)]
        assert planned.holds == {}

    def test_no_more_is_set_apart_or_thrown_away_than_stands_there(self):
        for kind in (MovementKind.QUARANTINE, MovementKind.SCRAP):
            [refused] = plan([ask(kind, 9)], stock_of(8, held(1, (A, 2))), now=NOW).outcomes

            assert refused.shortages[0].available_now == 8

    def test_for_what_is_thrown_away_only_as_far_as_it_must(self):
        stock = stock_of(8, held(1, (A, 2)), unavailable=3)  # three are free

        assert broken(ask(MovementKind.SCRAP, 6), stock) == []
        assert broken(ask(MovementKind.SCRAP, 7), stock) == [("hold:1", 1)]

    def test_an_order_that_gave_way_has_less_of_it(self):
        stock = stock_of(3, allocations=[promised(3, "order:1")])

        planned = plan([ask(MovementKind.ADJUST, -1)], stock, now=NOW)
        gone = plan([ask(MovementKind.ADJUST, -3)], stock, now=NOW)

        assert planned.allocations[50].quantity == 2
        assert gone.allocations == {50: None}

    def test_an_order_that_was_promised_in_the_same_call_is_the_youngest(self):
        stock = stock_of(2, allocations=[promised(1, "order:1", minutes=9)])
        new = Request(
            MovementKind.ALLOCATE, (Line(MUG, 1),), actor=7, scope=EVERYWHERE, reference="order:2"
        )

        *_, outcome = plan([new, ask(MovementKind.ADJUST, -1)], stock, now=NOW).outcomes

        assert [each.owner for each in outcome.broken] == ["order:2"]

    def test_goods_of_another_place_are_no_concern_of_it(self):
        stock = stock_of(4, allocations=[promised(2, "order:1"), promised(2, "order:2", place=B)])

        assert broken(ask(MovementKind.ADJUST, -2), stock) == [("order:1", 2)]

    def test_a_hold_with_less_left_stays(self):
        planned = plan([ask(MovementKind.SCRAP, 3)], stock_of(5, held(1, (A, 5))), now=NOW)

        assert planned.holds[1].status == HoldStatus.ACTIVE
        assert [part.quantity for part in planned.holds[1].parts] == [2]
        assert planned.holds[1].asked == ((MUG, 5),)

    def test_a_hold_with_nothing_left_is_broken(self):
        planned = plan([ask(MovementKind.SCRAP, 5)], stock_of(5, held(1, (A, 5))), now=NOW)

        assert planned.holds[1].status == HoldStatus.BROKEN
        assert planned.holds[1].parts == ()

    def test_a_hold_that_has_goods_elsewhere_too_stays(self):
        stock = stock_of(5, held(1, (A, 5), (B, 1)))

        planned = plan([ask(MovementKind.SCRAP, 5)], stock, now=NOW)

        assert planned.holds[1].status == HoldStatus.ACTIVE
        assert [part.key for part in planned.holds[1].parts] == [Key(MUG, B)]

    def test_each_break_is_a_line_of_whose_it_was_before_the_goods_go(self):
        stock = stock_of(5, held(1, (A, 2)), allocations=[promised(3, "order:1")])

        postings = plan([ask(MovementKind.SCRAP, 4)], stock, now=NOW).postings

        assert [(each.kind, each.hold, each.reference) for each in postings] == [
            (MovementKind.BREAK, 1, ""),
            (MovementKind.BREAK, None, "order:1"),
            (MovementKind.SCRAP, None, ""),
        ]
        assert all(each.after.available >= 0 for each in postings)

    def test_a_shipment_takes_nothing_that_is_promised(self):
        [refused] = plan(
            [ask(MovementKind.SHIP, 1)], stock_of(5, held(1, (A, 5))), now=NOW
        ).outcomes

        assert refused.code == "not_enough_stock"

    def test_a_hold_of_the_same_call_gives_way_before_older_ones(self):
        young = replace(held(-1, (A, 2)), id=-1)
        stock = stock_of(4, held(1, (A, 2)), young)

        assert broken(ask(MovementKind.SCRAP, 1), stock) == [("hold:-1", 1)]


class TestWhatTheCallerAccepts:
    STOCK = stock_of(5, held(1, (A, 3)), held(2, (A, 2)))
    SEEN = frozenset({Broken("hold:2", "MUG", "A-01", 2)})

    def outcome(self, quantity, accepts):
        request = ask(MovementKind.SCRAP, quantity, accepts=accepts)
        [outcome] = plan([request], self.STOCK, now=NOW).outcomes
        return outcome

    def test_nothing_gives_way_unasked(self):
        refused = self.outcome(2, frozenset())

        assert refused.code == "breaks_promises"
        assert set(refused.breaks) == self.SEEN
        assert refused.text == "2 of it are promised to hold:2."

    def test_what_was_shown_gives_way(self):
        assert set(self.outcome(2, self.SEEN).broken) == self.SEEN

    def test_more_than_was_shown_is_shown_first(self):
        refused = self.outcome(3, self.SEEN)

        assert {each.owner for each in refused.breaks} == {"hold:1", "hold:2"}


class TestMove:
    def moved(self, quantity, stock, to=B):
        planned = plan([ask(MovementKind.MOVE, quantity, to=to)], stock, now=NOW)
        return planned, {posting.level: posting.change for posting in planned.postings}

    def test_leaves_here_and_arrives_there(self):
        _, changes = self.moved(4, stock_of(10))

        assert changes == {100: Balance(on_hand=-4), 101: Balance(on_hand=4)}

    def test_takes_what_is_free_first(self):
        planned, changes = self.moved(4, stock_of(10, held(1, (A, 6))))

        assert changes[101] == Balance(on_hand=4)
        assert not planned.holds

    def test_then_what_is_set_apart(self):
        _, changes = self.moved(5, stock_of(10, held(1, (A, 6)), unavailable=2))

        assert changes[101] == Balance(on_hand=5, held=1, unavailable=2)

    def test_carries_promises_with_the_goods(self):
        stock = stock_of(10, held(1, (A, 6)), allocations=[promised(4, "order:1")])

        planned, changes = self.moved(10, stock)

        assert changes[101] == Balance(on_hand=10, held=6, allocated=4)
        assert [(part.key, part.quantity) for part in planned.holds[1].parts] == [(Key(MUG, B), 6)]
        assert planned.allocations[50].key == Key(MUG, B)

    def test_carries_as_much_of_several_promises_as_goes(self):
        stock = stock_of(6, held(1, (A, 2)), held(2, (A, 2)), allocations=[promised(2, "order:1")])

        planned, changes = self.moved(3, stock)

        assert changes[101] == Balance(on_hand=3, held=3)
        assert [part.key for part in planned.holds[2].parts] == [Key(MUG, B)]
        assert {part.key: part.quantity for part in planned.holds[1].parts} == {
            Key(MUG, A): 1,
            Key(MUG, B): 1,
        }
        assert not planned.allocations

    def test_carries_holds_before_orders_and_of_these_what_is_left_to_go(self):
        stock = stock_of(
            5,
            held(1, (A, 2)),
            allocations=[promised(1, "order:1"), promised(2, "order:2", minutes=5)],
        )

        planned, changes = self.moved(4, stock)

        assert changes[101] == Balance(on_hand=4, held=2, allocated=2)
        there = [
            (one.reference, one.quantity)
            for one in planned.allocations.values()
            if one and one.key == Key(MUG, B)
        ]
        assert sorted(there) == [("order:1", 1), ("order:2", 1)]

    def test_a_part_that_is_carried_twice_has_a_number_of_its_own_each_time(self):
        stock = stock_of(6, held(1, (A, 6)))
        asks = [ask(MovementKind.MOVE, 1, to=B), ask(MovementKind.MOVE, 1, to=B)]

        planned = plan(asks, stock, now=NOW)

        parts = {(part.n, part.key, part.quantity) for part in planned.holds[1].parts}
        assert parts == {(1, Key(MUG, A), 4), (2, Key(MUG, B), 2)}

    def test_a_part_that_is_carried_is_numbered_behind_all_others(self):
        planned, _ = self.moved(1, stock_of(4, held(1, (A, 4), (Q, 1))))

        parts = {(part.n, part.key.place, part.quantity) for part in planned.holds[1].parts}
        assert parts == {(1, A, 3), (2, Q, 1), (3, B, 1)}

    def test_carries_a_part_and_leaves_the_rest(self):
        planned, _ = self.moved(5, stock_of(8, held(1, (A, 8))))

        parts = {part.key: part.quantity for part in planned.holds[1].parts}
        assert parts == {Key(MUG, A): 3, Key(MUG, B): 5}
        assert len({(part.line, part.n) for part in planned.holds[1].parts}) == 2

    def test_a_hold_that_has_goods_there_already_has_more(self):
        planned, _ = self.moved(2, stock_of(2, held(1, (A, 2), (B, 3))))

        assert [(part.key, part.quantity) for part in planned.holds[1].parts] == [(Key(MUG, B), 5)]

    def test_a_divided_promise_to_an_order_is_as_old_as_it_was(self):
        stock = stock_of(4, allocations=[promised(4, "order:1", minutes=9)])

        planned, _ = self.moved(1, stock)

        [new] = [one for number, one in planned.allocations.items() if number < 0]
        assert (new.key, new.quantity, new.since) == (Key(MUG, B), 1, NOW - timedelta(minutes=9))
        assert planned.allocations[50].quantity == 3

    def test_to_where_nothing_is_sold_breaks_promises(self):
        planned, changes = self.moved(10, stock_of(10, held(1, (A, 6))), to=Q)

        assert planned.holds[1].status == HoldStatus.BROKEN
        assert changes[102] == Balance(on_hand=10)

    def test_more_than_stands_there_is_refused(self):
        planned, _ = self.moved(11, stock_of(10))

        assert planned.outcomes[0].shortages[0].available_now == 10

    @pytest.mark.parametrize(("to", "code"), [(A, "same_place"), (ZONE, "place_is_structural")])
    def test_to_where_it_cannot_go_is_refused(self, to, code):
        planned, _ = self.moved(1, stock_of(10), to=to)

        assert planned.outcomes[0].code == code


class TestCount:
    def test_corrects_to_what_was_found(self):
        [posting] = plan([ask(MovementKind.COUNT, 7, seen=7)], stock_of(10), now=NOW).postings

        assert posting.change == Balance(on_hand=-3)

    def test_that_it_was_right_is_written_too(self):
        [posting] = plan([ask(MovementKind.COUNT, 10, seen=7)], stock_of(10), now=NOW).postings

        assert posting.change == Balance()

    def test_of_a_shelf_that_changed_meanwhile_is_refused(self):
        stock = stock_of(10, moved=[(Key(MUG, A), 6)])

        [refused] = plan([ask(MovementKind.COUNT, 7, seen=6)], stock, now=NOW).outcomes

        assert refused.code == "level_changed"

    @pytest.mark.parametrize("quantity", [-1, 1_000_000_001])
    def test_out_of_range_is_refused(self, quantity):
        [refused] = plan(
            [ask(MovementKind.COUNT, quantity, seen=7)], stock_of(10), now=NOW
        ).outcomes

        assert refused.code == "quantity_out_of_range"


def test_restore_takes_no_more_than_is_set_apart():
    stock = stock_of(5, unavailable=2)

    [restored] = plan([ask(MovementKind.RESTORE, 2)], stock, now=NOW).postings
    [refused] = plan([ask(MovementKind.RESTORE, 3)], stock, now=NOW).outcomes

    assert restored.change == Balance(unavailable=-2)
    assert refused.shortages[0].available_now == 2


def test_scrap_takes_what_is_set_apart_first():
    [posting] = plan([ask(MovementKind.SCRAP, 3)], stock_of(5, unavailable=2), now=NOW).postings

    assert posting.change == Balance(on_hand=-3, unavailable=-2)

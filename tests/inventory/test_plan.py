"""The decision alone, against a model that is a dict."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.access import EVERYWHERE
from inventory.ledger import (
    Article,
    Balance,
    Key,
    Level,
    Line,
    NotEnoughStock,
    Origin,
    Place,
    Refused,
    Request,
    Stock,
    plan,
)
from inventory.models import MovementKind

NOW = datetime(2026, 11, 23, 14, 36, tzinfo=UTC)
MUG, TRAY = 1, 2
BIN_A, BIN_B, ZONE = 11, 12, 13
ACTOR = 7
KEYS = [Key(item, place) for item in (MUG, TRAY) for place in (BIN_A, BIN_B)]


def stock_of(quantities: dict[tuple[int, int], int], **facts) -> Stock:
    return Stock(
        levels={
            Key(*key): Level(number, Balance(on_hand=on_hand), version=on_hand)
            for number, (key, on_hand) in enumerate(quantities.items(), start=100)
        },
        articles={MUG: Article("MUG"), TRAY: Article("TRAY")},
        places={
            BIN_A: Place("A-01"),
            BIN_B: Place("B-01"),
            ZONE: Place("A", structural=True),
        },
        **facts,
    )


def ask(kind: MovementKind, *lines: Line, **rest) -> Request:
    return Request(kind, lines, actor=ACTOR, scope=EVERYWHERE, **rest)


lines = st.builds(
    lambda key, quantity: Line(key[0], quantity, key[1]), st.sampled_from(KEYS), st.integers(1, 9)
)
requests = st.lists(
    st.builds(
        lambda kind, several: ask(kind, *several),
        st.sampled_from([MovementKind.RECEIVE, MovementKind.SHIP, MovementKind.RETURN]),
        st.lists(lines, min_size=1, max_size=4),
    ),
    max_size=8,
)
quantities = st.fixed_dictionaries({key: st.integers(0, 12) for key in KEYS})


class TestPlan:
    @given(quantities, requests)
    def test_agrees_with_a_dict(self, quantities, requests):
        model = dict(quantities)
        expected = []
        for request in requests:
            sign = -1 if request.kind == MovementKind.SHIP else 1
            after = dict(model)
            for line in request.lines:
                after[Key(line.item, line.place)] += sign * line.quantity
            fits = min(after.values()) >= 0
            expected.append(fits)
            model = after if fits else model

        planned = plan(requests, stock_of(quantities), now=NOW)

        assert [not isinstance(outcome, Refused) for outcome in planned.outcomes] == expected
        by_level = dict(enumerate(model.values(), start=100))
        last = {posting.level: posting.after.on_hand for posting in planned.postings}
        assert last.items() <= by_level.items()

    @given(quantities, requests)
    def test_each_posting_continues_the_chain_of_its_level(self, quantities, requests):
        stock = stock_of(quantities)
        balances = {level.id: (level.version, level.balance) for level in stock.levels.values()}

        for posting in plan(requests, stock, now=NOW).postings:
            version, balance = balances[posting.level]
            assert posting.version == version + 1
            assert posting.after == balance + posting.change
            balances[posting.level] = (posting.version, posting.after)

    def test_changes_nothing_in_place(self):
        stock = stock_of({(MUG, BIN_A): 5})

        plan([ask(MovementKind.SHIP, Line(MUG, 3, BIN_A))], stock, now=NOW)

        assert stock == stock_of({(MUG, BIN_A): 5})

    def test_says_what_is_there_when_two_lines_want_the_same(self):
        stock = stock_of({(MUG, BIN_A): 5})
        both = ask(MovementKind.SHIP, Line(MUG, 3, BIN_A), Line(MUG, 3, BIN_A))

        [refused] = plan([both], stock, now=NOW).outcomes

        assert refused.code == NotEnoughStock.code
        assert refused.text == "5 of MUG can be taken from A-01, not 6."
        assert (refused.shortages[0].wanted, refused.shortages[0].available_now) == (6, 5)

    def test_never_takes_what_is_promised(self):
        promised = Level(100, Balance(on_hand=5, held=2, allocated=1, unavailable=1), version=9)
        stock = stock_of({})
        stock.levels[Key(MUG, BIN_A)] = promised

        [one, two] = plan(
            [ask(MovementKind.SHIP, Line(MUG, 1, BIN_A))] * 2, stock, now=NOW
        ).outcomes

        assert one.postings == 1
        assert two.shortages[0].available_now == 0

    def test_refuses_a_structural_place(self):
        stock = stock_of({})

        [refused] = plan([ask(MovementKind.RECEIVE, Line(MUG, 1, ZONE))], stock, now=NOW).outcomes

        assert refused.code == "place_is_structural"
        assert "A" in refused.text

    def test_refuses_what_is_not_stocked(self):
        stock = stock_of({})
        stock.articles[MUG] = Article("MUG", stocked=False)

        [refused] = plan([ask(MovementKind.RECEIVE, Line(MUG, 1, BIN_A))], stock, now=NOW).outcomes

        assert refused.code == "item_not_stocked"

    @given(st.sampled_from([0, -1, 1_000_000_001, 10**18]))
    def test_refuses_a_quantity_out_of_range(self, quantity):
        asked = ask(MovementKind.RECEIVE, Line(MUG, quantity, BIN_A))

        [refused] = plan([asked], stock_of({(MUG, BIN_A): 5}), now=NOW).outcomes

        assert refused.code == "quantity_out_of_range"

    @pytest.mark.parametrize("quantity", [-1_000_000_000, -1, 1, 1_000_000_000])
    def test_adjusts_up_and_down_as_far_as_a_line_goes(self, quantity):
        stock = stock_of({(MUG, BIN_A): 1_000_000_000})

        [posting] = plan(
            [ask(MovementKind.ADJUST, Line(MUG, quantity, BIN_A))], stock, now=NOW
        ).postings

        assert posting.change == Balance(on_hand=quantity)

    @pytest.mark.parametrize("quantity", [0, -1_000_000_001, 1_000_000_001])
    def test_adjusts_by_something_and_no_further(self, quantity):
        stock = stock_of({(MUG, BIN_A): 1_000_000_000})

        [refused] = plan(
            [ask(MovementKind.ADJUST, Line(MUG, quantity, BIN_A))], stock, now=NOW
        ).outcomes

        assert refused.code == "quantity_out_of_range"

    def test_adjusts_by_no_more_than_stands_there(self):
        [refused] = plan(
            [ask(MovementKind.ADJUST, Line(MUG, -6, BIN_A))], stock_of({(MUG, BIN_A): 5}), now=NOW
        ).outcomes

        assert refused.text == "5 of MUG can be taken from A-01, not 6."

    def test_writes_a_change_of_the_place_wherever_that_is(self):
        stock = stock_of({(MUG, ZONE): 0})
        stock.articles[MUG] = Article("MUG", stocked=False)

        relabel, wrong = (
            plan([ask(MovementKind.RELABEL, Line(MUG, by, ZONE))], stock, now=NOW) for by in (0, 1)
        )

        assert [posting.change for posting in relabel.postings] == [Balance()]
        assert wrong.outcomes[0].code == "quantity_out_of_range"

    @pytest.mark.parametrize(
        ("kind", "quantity"), [("receive", 1), ("return", 1), ("count", 1), ("adjust", 1)]
    )
    def test_asks_for_the_lot_of_what_comes_in(self, kind, quantity):
        stock = stock_of({(MUG, BIN_A): 5})
        stock.articles[MUG] = Article("MUG", tracked=True)

        [refused] = plan(
            [ask(MovementKind(kind), Line(MUG, quantity, BIN_A, seen=5))], stock, now=NOW
        ).outcomes

        assert refused.code == "lot_missing"

    @pytest.mark.parametrize(("kind", "quantity"), [("ship", 1), ("scrap", 1), ("adjust", -1)])
    def test_takes_whatever_lot_is_there(self, kind, quantity):
        stock = stock_of({(MUG, BIN_A): 5})
        stock.articles[MUG] = Article("MUG", tracked=True)

        [posting] = plan(
            [ask(MovementKind(kind), Line(MUG, quantity, BIN_A))], stock, now=NOW
        ).postings

        assert posting.after.on_hand == 4

    def test_refuses_a_lot_of_what_has_none(self):
        asked = ask(MovementKind.RECEIVE, Line(MUG, 1, BIN_A, lot=3))

        [refused] = plan([asked], stock_of({(MUG, BIN_A): 5}), now=NOW).outcomes

        assert refused.code == "lot_unwanted"

    def test_wants_to_know_the_place_of_goods(self):
        with pytest.raises(ValueError, match="names the place"):
            plan([ask(MovementKind.RECEIVE, Line(MUG, 1))], stock_of({}), now=NOW)

    @pytest.mark.parametrize(
        ("ahead", "code"),
        [
            (timedelta(minutes=-9), ""),
            (timedelta(minutes=5), ""),
            (timedelta(seconds=301), "not_yet"),
        ],
    )
    def test_refuses_the_future_but_no_clock_that_is_a_little_fast(self, ahead, code):
        asked = ask(MovementKind.RECEIVE, Line(MUG, 1, BIN_A), effective_at=NOW + ahead)

        [outcome] = plan([asked], stock_of({(MUG, BIN_A): 0}), now=NOW).outcomes

        assert getattr(outcome, "code", "") == code


class TestPlanReversal:
    def reversal(self, origin: Origin, *, on_hand: int = 5, times: int = 1):
        undo = ask(MovementKind.REVERSE, Line(MUG, 0, BIN_A, reverses=42))
        stock = stock_of({(MUG, BIN_A): on_hand}, origins={42: origin})
        return plan([undo] * times, stock, now=NOW)

    def shipment(self, **fields):
        return Origin(
            Key(MUG, BIN_A), fields.pop("kind", MovementKind.SHIP), Balance(on_hand=-3), **fields
        )

    def test_negates_exactly(self):
        [posting] = self.reversal(self.shipment(reversed_already=False)).postings

        assert posting.change == Balance(on_hand=3)
        assert posting.after.on_hand == 8

    def test_happens_once_even_in_one_call(self):
        planned = self.reversal(self.shipment(reversed_already=False), times=2)

        assert planned.outcomes[0].postings == 1
        assert planned.outcomes[1].code == "already_reversed"

    def test_is_refused_when_somebody_has(self):
        [refused] = self.reversal(self.shipment(reversed_already=True)).outcomes

        assert refused.code == "already_reversed"

    def test_brings_nothing_back_to_where_nothing_can_stand(self):
        origin = Origin(Key(MUG, ZONE), MovementKind.SHIP, Balance(on_hand=-3), False)
        undo = ask(MovementKind.REVERSE, Line(MUG, 0, ZONE, reverses=42))

        [refused] = plan([undo], stock_of({(MUG, ZONE): 0}, origins={42: origin}), now=NOW).outcomes

        assert refused.code == "place_is_structural"

    def test_takes_back_what_came_to_where_nothing_can_stand_now(self):
        origin = Origin(Key(MUG, ZONE), MovementKind.RECEIVE, Balance(on_hand=3), False)
        undo = ask(MovementKind.REVERSE, Line(MUG, 0, ZONE, reverses=42))

        [posting] = plan([undo], stock_of({(MUG, ZONE): 3}, origins={42: origin}), now=NOW).postings

        assert posting.after == Balance()

    def test_takes_back_what_was_set_apart_as_such_or_not_at_all(self):
        came = Origin(Key(MUG, BIN_A), MovementKind.MOVE, Balance(on_hand=3, unavailable=2), False)
        left = Origin(
            Key(MUG, BIN_B), MovementKind.MOVE, Balance(on_hand=-3, unavailable=-2), False
        )
        undo = ask(
            MovementKind.REVERSE,
            Line(MUG, 0, BIN_A, reverses=42),
            Line(MUG, 0, BIN_B, reverses=43),
        )

        def undone(unavailable):
            stock = stock_of({(MUG, BIN_B): 0}, origins={42: came, 43: left})
            stock.levels[Key(MUG, BIN_A)] = Level(
                200, Balance(on_hand=9, unavailable=unavailable), version=4
            )
            return plan([undo], stock, now=NOW)

        assert [posting.change for posting in undone(2).postings] == [
            Balance(on_hand=-3, unavailable=-2),
            Balance(on_hand=3, unavailable=2),
        ]
        assert undone(1).outcomes[0].code == "not_enough_stock"

    def test_is_refused_when_what_came_is_gone(self):
        receipt = Origin(Key(MUG, BIN_A), MovementKind.RECEIVE, Balance(on_hand=9), False)

        [refused] = self.reversal(receipt).outcomes

        assert refused.shortages[0].available_now == 5

    def test_of_a_move_is_refused_at_one_of_its_places_alone(self):
        halves = {
            42: Origin(Key(MUG, BIN_A), MovementKind.MOVE, Balance(on_hand=-3), False),
            43: Origin(Key(MUG, BIN_B), MovementKind.MOVE, Balance(on_hand=3), False),
        }
        stock = stock_of({(MUG, BIN_A): 0, (MUG, BIN_B): 3}, origins=halves)
        lines = [Line(MUG, 0, BIN_A, reverses=42), Line(MUG, 0, BIN_B, reverses=43)]

        alone = [plan([ask(MovementKind.REVERSE, line)], stock, now=NOW) for line in lines]
        whole = plan([ask(MovementKind.REVERSE, *lines)], stock, now=NOW)

        assert [each.outcomes[0].code for each in alone] == ["not_reversible"] * 2
        assert [each.after.on_hand for each in whole.postings] == [3, 0]

    def test_of_a_reversal_is_refused(self):
        [refused] = self.reversal(
            self.shipment(kind=MovementKind.REVERSE, reversed_already=False)
        ).outcomes

        assert refused.code == "not_reversible"

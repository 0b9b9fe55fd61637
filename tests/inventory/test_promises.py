"""Which level a promise takes, and how it ends: the decision alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.access import EVERYWHERE, Scope
from inventory.ledger import (
    Article,
    Balance,
    Key,
    Level,
    Line,
    NewHold,
    OpenAllocation,
    Part,
    Place,
    Refused,
    Request,
    StandingHold,
    Stock,
    plan,
)
from inventory.models import HoldStatus, MovementKind

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SOON = NOW + timedelta(minutes=15)
MUG, TRAY = 1, 2
A, B, C, Q, SOUTH = 11, 12, 13, 14, 21
PLACES = {
    A: Place("A-01", path="1.11"),
    B: Place("B-01", path="1.12"),
    C: Place("C-01", path="1.13", priority=10),
    Q: Place("Q-01", path="1.14", sells=False),
    SOUTH: Place("S-01", path="2.21"),
}
NORTH = Scope(paths=("1",))


def stock_of(quantities, **facts) -> Stock:
    return Stock(
        levels={
            Key(*key): Level(number, Balance(on_hand=on_hand), version=1)
            for number, (key, on_hand) in enumerate(quantities.items(), start=100)
        },
        articles={MUG: Article("MUG"), TRAY: Article("TRAY")},
        places=PLACES,
        **facts,
    )


def hold(*lines: Line, scope: Scope = EVERYWHERE, key: str = "k", **rest) -> Request:
    new = NewHold("user:7", key, rest.pop("request_hash", b"one"), SOON - NOW, SOON - NOW)
    return Request(MovementKind.HOLD, lines, actor=7, scope=scope, hold=new)


def on(kind: MovementKind, of_hold: int = 5, *lines: Line, **rest) -> Request:
    return Request(kind, lines, actor=7, scope=EVERYWHERE, of_hold=of_hold, **rest)


def standing(*parts: Part, **fields) -> StandingHold:
    fields.setdefault("status", HoldStatus.ACTIVE)
    fields.setdefault("expires_at", SOON)
    fields.setdefault("asked", ((MUG, sum(part.quantity for part in parts)),))
    return StandingHold(id=5, request_hash=b"one", parts=parts, **fields)


def taken(planned) -> dict[tuple[int, int], int]:
    [made] = planned.holds.values()
    return {part.key[:2]: part.quantity for part in made.parts}


class TestWhichLevelAHoldTakes:
    def test_one_place_that_holds_it_all_before_two_that_come_first(self):
        stock = stock_of({(MUG, C): 3, (MUG, A): 2, (MUG, B): 5})

        assert taken(plan([hold(Line(MUG, 5))], stock, now=NOW)) == {(MUG, B): 5}

    def test_of_those_that_hold_it_all_the_one_to_be_taken_from_first(self):
        stock = stock_of({(MUG, A): 9, (MUG, C): 9})

        assert taken(plan([hold(Line(MUG, 5))], stock, now=NOW)) == {(MUG, C): 5}

    def test_several_places_when_none_holds_it_all(self):
        stock = stock_of({(MUG, A): 3, (MUG, B): 4})

        assert taken(plan([hold(Line(MUG, 5))], stock, now=NOW)) == {(MUG, A): 3, (MUG, B): 2}

    def test_never_a_place_that_does_not_sell_or_is_out_of_scope(self):
        stock = stock_of({(MUG, Q): 9, (MUG, SOUTH): 9, (MUG, A): 1})

        [refused] = plan([hold(Line(MUG, 2), scope=NORTH)], stock, now=NOW).outcomes

        assert refused.code == "not_enough_stock"
        assert refused.text == "1 available of MUG, not 2."

    def test_a_scope_ends_at_a_whole_name(self):
        stock = stock_of({(MUG, SOUTH): 9})

        [refused] = plan([hold(Line(MUG, 1), scope=Scope(paths=("2.2",)))], stock, now=NOW).outcomes

        assert refused.shortages[0].available_now == 0

    def test_the_pinned_place_alone(self):
        stock = stock_of({(MUG, A): 1, (MUG, B): 9})

        [refused] = plan([hold(Line(MUG, 2, place=A))], stock, now=NOW).outcomes

        assert refused.text == "1 of MUG can be taken from A-01, not 2."

    def test_a_pinned_line_is_not_robbed_by_one_that_has_a_choice(self):
        stock = stock_of({(MUG, A): 3, (MUG, B): 3})

        planned = plan([hold(Line(MUG, 3), Line(MUG, 3, place=A))], stock, now=NOW)

        assert not isinstance(planned.outcomes[0], Refused)

    def test_two_lines_of_an_item_are_summed(self):
        stock = stock_of({(MUG, A): 3, (MUG, B): 2})

        [refused] = plan([hold(Line(MUG, 3), Line(MUG, 3))], stock, now=NOW).outcomes

        assert [(s.sku, s.wanted, s.available_now) for s in refused.shortages] == [("MUG", 6, 5)]

    def test_all_that_falls_short_is_told(self):
        stock = stock_of({(MUG, A): 3, (TRAY, A): 1})

        [refused] = plan([hold(Line(MUG, 4), Line(TRAY, 2))], stock, now=NOW).outcomes

        assert [short.sku for short in refused.shortages] == ["MUG", "TRAY"]
        assert refused.text == "3 available of MUG, not 4. 1 more falls short too."

    frees = st.fixed_dictionaries({(MUG, place): st.integers(0, 6) for place in PLACES})
    asks = st.lists(
        st.tuples(
            st.lists(
                st.tuples(st.integers(1, 6), st.sampled_from([None, A, B, Q])),
                min_size=1,
                max_size=3,
            ),
            st.sampled_from([EVERYWHERE, NORTH, Scope(paths=())]),
        ),
        max_size=5,
    )

    @given(frees, asks)
    def test_succeeds_if_and_only_if_enough_is_free(self, frees, asks):
        free = dict(frees)
        requests = [
            hold(*(Line(MUG, q, place) for q, place in lines), scope=scope, key=str(number))
            for number, (lines, scope) in enumerate(asks)
        ]

        planned = plan(requests, stock_of(frees), now=NOW)

        for request, outcome in zip(requests, planned.outcomes, strict=True):
            inside = {
                key: number
                for key, number in free.items()
                if PLACES[key[1]].sells and PLACES[key[1]].is_in(request.scope)
            }
            pinned = {
                place: sum(line.quantity for line in request.lines if line.place == place)
                for place in (A, B, Q)
            }
            fits = sum(line.quantity for line in request.lines) <= sum(inside.values()) and all(
                wanted <= inside.get((MUG, place), 0) for place, wanted in pinned.items()
            )
            assert fits == (not isinstance(outcome, Refused))
            if fits:
                for part in planned.holds[outcome.hold].parts:
                    free[part.key[:2]] -= part.quantity
        assert min(free.values()) >= 0

    def test_what_is_enough_is_not_told_as_a_shortage(self):
        stock = stock_of({(MUG, A): 2, (TRAY, A): 1})

        [refused] = plan([hold(Line(MUG, 2), Line(TRAY, 2))], stock, now=NOW).outcomes

        assert [short.sku for short in refused.shortages] == ["TRAY"]

    def test_what_was_taken_is_numbered_by_line_and_turn(self):
        stock = stock_of({(MUG, A): 3, (MUG, B): 4, (TRAY, A): 9})

        planned = plan([hold(Line(MUG, 5), Line(TRAY, 1))], stock, now=NOW)

        [made] = planned.holds.values()
        assert made.parts == (
            Part(1, 1, Key(MUG, A), 3),
            Part(1, 2, Key(MUG, B), 2),
            Part(2, 1, Key(TRAY, A), 1),
        )
        assert made.expires_at == SOON
        assert [posting.change for posting in planned.postings] == [
            Balance(held=3),
            Balance(held=2),
            Balance(held=1),
        ]

    def test_a_shelf_where_nothing_is_free_is_passed_by(self):
        stock = stock_of({(MUG, A): 0, (MUG, B): 1, (MUG, C): 1})

        assert taken(plan([hold(Line(MUG, 2))], stock, now=NOW)) == {(MUG, B): 1, (MUG, C): 1}

    def test_a_shelf_where_less_than_nothing_is_free_gives_nothing(self):
        stock = stock_of({(MUG, B): 2})
        stock.levels[Key(MUG, A)] = Level(200, Balance(on_hand=1, held=3), version=4)

        [refused] = plan([hold(Line(MUG, 3))], stock, now=NOW).outcomes

        assert refused.shortages[0].available_now == 2

    def test_a_hold_is_made_or_one_is_changed(self):
        asked = Request(MovementKind.HOLD, (Line(MUG, 1),), actor=7, scope=EVERYWHERE)

        with pytest.raises(ValueError, match="is made, or one is changed"):
            plan([asked], stock_of({(MUG, A): 1}), now=NOW)

    def test_a_hold_that_was_not_locked_is_not_touched(self):
        with pytest.raises(ValueError, match="must be locked"):
            plan([on(MovementKind.RELEASE)], stock_of({}), now=NOW)


class TestAskedTwice:
    def test_the_same_key_is_the_same_hold_even_in_one_call(self):
        planned = plan([hold(Line(MUG, 2))] * 2, stock_of({(MUG, A): 2}), now=NOW)

        first, second = planned.outcomes
        assert (second.replayed, second.hold, second.postings) == (True, first.hold, 0)

    def test_a_key_that_stands_for_something_else_is_refused(self):
        asks = [hold(Line(MUG, 1)), hold(Line(MUG, 1), request_hash=b"two")]

        assert plan(asks, stock_of({(MUG, A): 2}), now=NOW).outcomes[1].code == "key_reused"


class TestHowAHoldEnds:
    parts = (Part(1, 1, Key(MUG, A), 3), Part(1, 2, Key(MUG, B), 2))

    def ended(self, request: Request, **fields):
        stock = stock_of({}, holds={5: standing(*self.parts, **fields)})
        for number, part in enumerate(self.parts, start=100):
            stock.levels[part.key] = Level(
                number, Balance(on_hand=9, held=part.quantity), version=4
            )
        return plan([request], stock, now=NOW)

    def test_released_all_is_free(self):
        planned = self.ended(on(MovementKind.RELEASE))

        assert [posting.change.held for posting in planned.postings] == [-3, -2]
        assert planned.holds[5].status == HoldStatus.RELEASED
        assert planned.holds[5].parts == ()

    def test_released_twice_is_once(self):
        planned = self.ended(on(MovementKind.RELEASE), status=HoldStatus.RELEASED)

        assert planned.outcomes[0].replayed
        assert planned.postings == ()

    def test_confirmed_is_promised_to_the_order(self):
        planned = self.ended(on(MovementKind.CONFIRM, reference="order:7"))

        assert [posting.change for posting in planned.postings] == [
            Balance(held=-3, allocated=3),
            Balance(held=-2, allocated=2),
        ]
        assert list(planned.allocations.values()) == [
            OpenAllocation(Key(MUG, A), 3, "order:7"),
            OpenAllocation(Key(MUG, B), 2, "order:7"),
        ]

    def test_confirmed_twice_is_once(self):
        planned = self.ended(on(MovementKind.CONFIRM), status=HoldStatus.CONFIRMED)

        assert planned.outcomes[0].replayed
        assert planned.postings == ()

    @pytest.mark.parametrize("kind", [MovementKind.CONFIRM, MovementKind.RELEASE])
    @pytest.mark.parametrize("status", [HoldStatus.EXPIRED, HoldStatus.BROKEN])
    def test_ended_otherwise_is_refused(self, kind, status):
        [refused] = self.ended(on(kind), status=status).outcomes

        assert refused.code == "hold_ended"

    @pytest.mark.parametrize("status", [HoldStatus.RELEASED, HoldStatus.CONFIRMED])
    def test_nothing_of_what_ended_is_changed(self, status):
        changed = on(MovementKind.HOLD, 5, Line(MUG, 2, promise=1))

        [refused] = self.ended(changed, status=status).outcomes

        assert refused.code == "hold_ended"

    def test_nothing_of_it_is_changed_too_late(self):
        changed = on(MovementKind.HOLD, 5, Line(MUG, 2, promise=1))

        [refused] = self.ended(changed, expires_at=NOW).outcomes

        assert refused.code == "hold_ended"

    def test_expires_once(self):
        planned = self.ended(on(MovementKind.EXPIRE), status=HoldStatus.RELEASED, expires_at=NOW)

        assert planned.outcomes[0].replayed
        assert planned.postings == ()

    def test_confirmed_too_late_is_refused(self):
        [refused] = self.ended(on(MovementKind.CONFIRM), expires_at=NOW).outcomes

        assert refused.code == "hold_ended"

    def test_confirmed_when_something_is_gone_says_what_is_left(self):
        [refused] = self.ended(on(MovementKind.CONFIRM), asked=((MUG, 7),)).outcomes

        assert refused.code == "hold_broken"
        assert "5 of 7 MUG" in refused.text

    def test_confirmed_by_somebody_who_takes_less(self):
        planned = self.ended(on(MovementKind.CONFIRM, accepts_less=True), asked=((MUG, 7),))

        assert planned.holds[5].status == HoldStatus.CONFIRMED

    def test_expires_when_its_time_is_over_and_not_before(self):
        before = self.ended(on(MovementKind.EXPIRE))
        after = self.ended(on(MovementKind.EXPIRE), expires_at=NOW)

        assert before.holds == {}
        assert after.holds[5].status == HoldStatus.EXPIRED

    def test_ends_once_whoever_comes_second_in_one_call(self):
        stock = stock_of({}, holds={5: standing(*self.parts)})
        for number, part in enumerate(self.parts, start=100):
            stock.levels[part.key] = Level(number, Balance(on_hand=9, held=part.quantity), 4)

        planned = plan([on(MovementKind.CONFIRM), on(MovementKind.RELEASE)], stock, now=NOW)

        assert planned.outcomes[1].code == "hold_ended"

    def test_more_of_a_line_is_taken_by_the_same_rule(self):
        planned = self.ended(on(MovementKind.HOLD, 5, Line(MUG, 12, promise=1)))

        assert planned.holds[5].asked == ((MUG, 12),)
        # One place has all seven that it wants more.
        assert planned.holds[5].parts == (
            Part(1, 1, Key(MUG, A), 3),
            Part(1, 2, Key(MUG, B), 9),
        )
        assert [(p.kind, p.change) for p in planned.postings] == [("hold", Balance(held=7))]

    def test_more_from_where_it_held_nothing_is_a_part_of_its_own(self):
        stock = stock_of({(MUG, C): 9}, holds={5: standing(Part(1, 1, Key(MUG, A), 3))})
        stock.levels[Key(MUG, A)] = Level(200, Balance(on_hand=3, held=3), version=4)

        planned = plan([on(MovementKind.HOLD, 5, Line(MUG, 5, promise=1))], stock, now=NOW)

        assert planned.holds[5].parts == (Part(1, 1, Key(MUG, A), 3), Part(1, 2, Key(MUG, C), 2))

    def test_one_more_of_a_line_is_one_more(self):
        planned = self.ended(on(MovementKind.HOLD, 5, Line(MUG, 6, promise=1)))

        assert [posting.change for posting in planned.postings] == [Balance(held=1)]

    def test_a_new_part_is_numbered_behind_all_others(self):
        stock = stock_of({(MUG, C): 9}, holds={5: standing(*self.parts)})
        for number, part in enumerate(self.parts, start=200):
            stock.levels[part.key] = Level(
                number, Balance(on_hand=part.quantity, held=part.quantity), version=4
            )

        planned = plan([on(MovementKind.HOLD, 5, Line(MUG, 6, promise=1))], stock, now=NOW)

        assert planned.holds[5].parts == (*self.parts, Part(1, 3, Key(MUG, C), 1))

    def test_more_of_a_line_than_there_is_leaves_it_as_it_was(self):
        planned = self.ended(on(MovementKind.HOLD, 5, Line(MUG, 19, promise=1)))

        assert planned.outcomes[0].code == "not_enough_stock"
        assert planned.holds == {}

    def test_as_much_of_a_line_as_before_writes_nothing(self):
        planned = self.ended(on(MovementKind.HOLD, 5, Line(MUG, 5, promise=1)))

        assert planned.postings == ()
        assert planned.holds[5].parts == self.parts

    def test_another_line_stays_as_it_was(self):
        tray = Part(2, 1, Key(TRAY, A), 4)
        stock = stock_of({(MUG, A): 9}, holds={5: standing(tray, asked=((MUG, 1), (TRAY, 4)))})
        stock.levels[Key(TRAY, A)] = Level(200, Balance(on_hand=4, held=4), version=4)

        planned = plan([on(MovementKind.HOLD, 5, Line(MUG, 2, promise=1))], stock, now=NOW)

        assert planned.holds[5].asked == ((MUG, 2), (TRAY, 4))
        assert planned.holds[5].parts == (tray, Part(1, 1, Key(MUG, A), 2))

    def test_less_of_a_line_gives_back_what_was_taken_last(self):
        planned = self.ended(on(MovementKind.HOLD, 5, Line(MUG, 2, promise=1)))

        assert [(p.kind, p.change.held) for p in planned.postings] == [
            ("release", -2),
            ("release", -1),
        ]
        assert planned.holds[5].parts == (Part(1, 1, Key(MUG, A), 2),)


class TestAllocations:
    def promised(self, *requests: Request):
        stock = stock_of({}, allocations={9: OpenAllocation(Key(MUG, A), 4, "order:7")})
        stock.levels[Key(MUG, A)] = Level(100, Balance(on_hand=4, allocated=4), version=2)
        return plan(requests, stock, now=NOW)

    def use(self, kind: MovementKind, quantity: int, promise: int = 9) -> Request:
        return Request(kind, (Line(MUG, quantity, promise=promise),), actor=7, scope=EVERYWHERE)

    def test_an_order_is_promised_what_is_free(self):
        asked = Request(
            MovementKind.ALLOCATE, (Line(MUG, 5),), actor=7, scope=EVERYWHERE, reference="order:7"
        )

        planned = plan([asked], stock_of({(MUG, A): 3, (MUG, B): 4}), now=NOW)
        [refused] = plan([asked], stock_of({(MUG, A): 4}), now=NOW).outcomes

        assert [posting.change for posting in planned.postings] == [
            Balance(allocated=3),
            Balance(allocated=2),
        ]
        assert list(planned.allocations.values()) == [
            OpenAllocation(Key(MUG, A), 3, "order:7"),
            OpenAllocation(Key(MUG, B), 2, "order:7"),
        ]
        assert refused.shortages[0].available_now == 4

    def test_two_lines_of_one_request_do_not_both_have_it(self):
        lines = [Line(MUG, 3, promise=9)] * 2
        twice = Request(MovementKind.SHIP, tuple(lines), actor=7, scope=EVERYWHERE)

        assert self.promised(twice).outcomes[0].code == "promise_gone"

    def test_what_one_request_leaves_of_it_is_there_for_the_next(self):
        planned = self.promised(self.use(MovementKind.SHIP, 1), self.use(MovementKind.SHIP, 3))

        assert planned.allocations == {9: None}
        assert planned.postings[-1].after == Balance()

    def test_a_shipment_uses_its_promise_up(self):
        planned = self.promised(self.use(MovementKind.SHIP, 4))

        assert planned.postings[0].change == Balance(on_hand=-4, allocated=-4)
        assert planned.allocations == {9: None}

    def test_a_part_of_it_leaves_the_rest_promised(self):
        planned = self.promised(self.use(MovementKind.SHIP, 1))

        assert planned.allocations[9].quantity == 3

    def test_a_shipment_without_a_promise_cannot_take_it(self):
        asked = Request(MovementKind.SHIP, (Line(MUG, 1, A),), actor=7, scope=EVERYWHERE)

        assert self.promised(asked).outcomes[0].code == "not_enough_stock"

    def test_given_back_it_is_free(self):
        planned = self.promised(self.use(MovementKind.DEALLOCATE, 3))

        assert planned.postings[0].after.available == 3

    def test_not_more_than_is_promised_nor_twice(self):
        planned = self.promised(
            self.use(MovementKind.SHIP, 5),
            self.use(MovementKind.SHIP, 4),
            self.use(MovementKind.DEALLOCATE, 1),
            self.use(MovementKind.SHIP, 1, promise=10),
        )

        assert [getattr(o, "code", "booked") for o in planned.outcomes] == [
            "promise_gone",
            "booked",
            "promise_gone",
            "promise_gone",
        ]

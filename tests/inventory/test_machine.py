"""Any order of any operations on PostgreSQL, against a model that is a dict.

`BACKROOM_STEPS=2000x100` runs more of it: examples x steps.
"""

import os
from collections import Counter
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from inventory import operations
from inventory.models import Allocation, Hold, HoldLine, HoldStatus, Lot, StockLevel
from tests.factories import make_item, make_place, make_user

EXAMPLES, STEPS = map(int, os.environ.get("BACKROOM_STEPS", "100x30").split("x"))

SKUS = ["MUG", "TRAY", "JAM"]
LOTS = {"JAM": {"LATE": date(2027, 3, 1), "SOON": date(2026, 12, 1), "NEVER": None}}
SELLING = ["A-01", "B-01"]
CODES = [*SELLING, "Q-01"]
QUARTER = timedelta(minutes=15)

consents = st.sampled_from([None, frozenset()])
skus, codes, few = st.sampled_from(SKUS), st.sampled_from(CODES), st.integers(1, 6)


class House(RuleBasedStateMachine):
    """`on_hand` and `apart` by (sku, place), `held` and `allocated` by number and (sku, place).

    `booked` are what may be reversed: a line, and what it changed of an item at its places.
    """

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.actor = make_user()
        for sku in SKUS:
            make_item(sku=sku, tracking="lot" if sku in LOTS else "none")
        for code in CODES:
            make_place(code=code, sellable=code != "Q-01")
        self.on_hand: Counter = Counter()
        self.apart: Counter = Counter()
        self.held: dict[int, Counter] = {}
        self.allocated: dict[int, tuple] = {}
        self.overdue: set[int] = set()
        self.booked: list[tuple] = []

    def teardown(self) -> None:
        try:
            assert operations.check_ledger(full=True).findings == []
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    # --- the model ---------------------------------------------------------------------------

    def free(self, sku, code, *, without=()):
        """What may be taken at a place; `without` what holds that ran out hold there."""
        held = sum(parts[sku, code] for hold, parts in self.held.items() if hold not in without)
        allocated = sum(quantity for key, quantity in self.allocated.values() if key == (sku, code))
        return self.on_hand[sku, code] - self.apart[sku, code] - held - allocated

    def to_sell(self, sku, place="", *, without=()):
        places = [code for code in SELLING if place in ("", code)]
        return sum(self.free(sku, code, without=without) for code in places)

    def ended(self, sku):
        """Holds that ran out are ended by whoever would be refused because of them."""
        for hold in [hold for hold in self.overdue if any(self.held[hold][sku, c] for c in CODES)]:
            self.overdue.discard(hold)
            del self.held[hold]

    def expect(self, sku, fits, fits_when_ended, act):
        """`act` succeeds if and only if it fits, if need be after ending what ran out."""
        if fits_when_ended:
            done = act()
            if not fits:
                self.ended(sku)
            return done
        with pytest.raises(operations.NotEnoughStock):
            act()
        self.read_ends()
        return None

    # --- goods -------------------------------------------------------------------------------

    @rule(sku=skus, code=codes, quantity=few, data=st.data())
    def receive(self, sku, code, quantity, data):
        line = operations.receive_stock(
            sku=sku, place=code, quantity=quantity, actor=self.actor, **self.lot(sku, data)
        )
        self.on_hand[sku, code] += quantity
        self.may_be_reversed(line, sku, [(code, quantity, 0)])

    def lot(self, sku, data):
        """What comes in of an item that is tracked says of which lot it is."""
        if sku not in LOTS:
            return {}
        lot = data.draw(st.sampled_from(sorted(LOTS[sku])))
        return {"lot": lot, "expires_on": LOTS[sku][lot]}

    def may_be_reversed(self, line, sku, changes):
        # Of lots the model knows only the sum at a place, not whether this one is free there.
        if sku not in LOTS:
            self.booked.append((line.pk, sku, changes))

    @rule(sku=skus, code=codes, quantity=few)
    def ship(self, sku, code, quantity):
        line = self.expect(
            sku,
            self.free(sku, code) >= quantity,
            self.free(sku, code, without=self.overdue) >= quantity,
            lambda: operations.ship_stock(sku=sku, place=code, quantity=quantity, actor=self.actor),
        )
        if line:
            self.on_hand[sku, code] -= quantity
            self.may_be_reversed(line, sku, [(code, -quantity, 0)])

    @precondition(lambda self: self.booked)
    @rule(data=st.data())
    def reverse(self, data):
        line, sku, changes = self.booked.pop(data.draw(st.integers(0, len(self.booked) - 1)))

        def fits(without=()):
            return all(
                self.free(sku, code, without=without) >= on_hand - apart
                and self.apart[sku, code] >= apart
                for code, on_hand, apart in changes
            )

        undone = self.expect(
            sku,
            fits(),
            fits(without=self.overdue),
            lambda: operations.reverse_movement(movement=line, actor=self.actor),
        )
        if undone:
            for code, on_hand, apart in changes:
                self.on_hand[sku, code] -= on_hand
                self.apart[sku, code] -= apart

    # --- physical truth: it wins, whoever was promised the goods -------------------------------

    def give_way(self, sku, code, quantity):
        """The youngest hold gives way first, then allocations; of lots, of each in turn."""
        if sku in LOTS:
            self.read_what_gave_way(quantity)
            return
        for number in sorted(self.held, reverse=True):
            taken = min(self.held[number][sku, code], quantity)
            self.held[number][sku, code] -= taken
            quantity -= taken
            if taken and not self.held[number].total():
                assert Hold.objects.get(pk=number).status == HoldStatus.BROKEN
                del self.held[number]
                self.overdue.discard(number)
        before = sum(promised for _, promised in self.allocated.values())
        self.read_allocations()
        assert sum(promised for _, promised in self.allocated.values()) == before - quantity

    def read_what_gave_way(self, quantity):
        before = sum(parts.total() for parts in self.held.values())
        before += sum(promised for _, promised in self.allocated.values())
        for number in list(self.held):
            self.held[number] = self.parts(number)
            if not self.held[number].total():
                assert Hold.objects.get(pk=number).status == HoldStatus.BROKEN
                del self.held[number]
                self.overdue.discard(number)
        self.read_allocations()
        after = sum(parts.total() for parts in self.held.values())
        after += sum(promised for _, promised in self.allocated.values())
        assert after == before - quantity

    def physically(self, sku, code, quantity, *, there, promised, accepts, act):
        """Do `act`, which takes `quantity` of the `there`; `promised` tells how many of them are.

        Nothing gives way to whoever has not accepted it, and what ran out never counts.
        """
        if quantity > there:
            with pytest.raises(operations.NotEnoughStock):
                act(accepts)
            return None
        before = self.held.copy(), self.overdue.copy()
        if promised():
            self.ended(sku)
        if (expected := promised()) and accepts is not None:
            with pytest.raises(operations.WouldBreak) as refused:
                act(accepts)
            assert sum(each.quantity for each in refused.value.breaks) == expected
            self.held, self.overdue = before  # nothing was written
            return None
        return act(accepts)

    def beyond(self, sku, code, quantity):
        """How many of `quantity` are set apart, and how many promised, if free ones go first."""
        more = max(quantity - self.free(sku, code), 0)
        apart = min(more, self.apart[sku, code])
        return apart, more - apart

    @rule(sku=skus, code=codes, delta=few | st.integers(-6, -1), accepts=consents, data=st.data())
    def adjust(self, sku, code, delta, accepts, data):
        lot = self.lot(sku, data) if delta > 0 else {}
        if lot and not self.knows(sku, lot["lot"]):
            return
        line = self.physically(
            sku,
            code,
            -delta,
            there=self.on_hand[sku, code],
            promised=lambda: self.beyond(sku, code, -delta)[1],
            accepts=accepts,
            act=lambda accepts: operations.adjust_stock(
                sku=sku,
                place=code,
                delta=delta,
                reason="miscounted",
                actor=self.actor,
                accepts=accepts,
                lot=lot.get("lot", ""),
            ),
        )
        if line:
            self.correct(sku, code, delta)
            self.may_be_reversed(line, sku, [(code, delta, line.unavailable_delta)])

    def knows(self, sku, lot):
        return Lot.objects.filter(item__sku=sku, code=lot).exists()

    @precondition(lambda self: StockLevel.objects.filter(lot=None).exists())
    @rule(data=st.data(), counted=st.integers(0, 9), accepts=consents)
    def count(self, data, counted, accepts):
        levels = StockLevel.objects.filter(lot=None).select_related("item", "location")
        level = data.draw(st.sampled_from(list(levels.order_by("pk"))))
        sku, code = level.item.sku, level.location.code
        delta = counted - level.on_hand
        line = self.physically(
            sku,
            code,
            -delta,
            there=self.on_hand[sku, code],
            promised=lambda: self.beyond(sku, code, -delta)[1],
            accepts=accepts,
            act=lambda accepts: operations.count_stock(
                sku=sku,
                place=code,
                counted=counted,
                seen=level.version,
                actor=self.actor,
                accepts=accepts,
            ),
        )
        if line:
            self.correct(sku, code, delta)

    def correct(self, sku, code, delta):
        apart, promised = self.beyond(sku, code, -delta)
        self.give_way(sku, code, promised)
        self.on_hand[sku, code] += delta
        self.apart[sku, code] -= apart

    @rule(sku=skus, code=codes, quantity=few, accepts=consents)
    def quarantine(self, sku, code, quantity, accepts):
        line = self.physically(
            sku,
            code,
            quantity,
            there=self.on_hand[sku, code] - self.apart[sku, code],
            promised=lambda: max(quantity - self.free(sku, code), 0),
            accepts=accepts,
            act=lambda accepts: operations.quarantine_stock(
                sku=sku,
                place=code,
                quantity=quantity,
                reason="damaged",
                actor=self.actor,
                accepts=accepts,
            ),
        )
        if line:
            self.give_way(sku, code, max(quantity - self.free(sku, code), 0))
            self.apart[sku, code] += quantity

    @rule(sku=skus, code=codes, quantity=few, accepts=consents)
    def scrap(self, sku, code, quantity, accepts):
        apart = min(quantity, self.apart[sku, code])

        def promised():
            return max(quantity - apart - self.free(sku, code), 0)

        line = self.physically(
            sku,
            code,
            quantity,
            there=self.on_hand[sku, code],
            promised=promised,
            accepts=accepts,
            act=lambda accepts: operations.scrap_stock(
                sku=sku,
                place=code,
                quantity=quantity,
                reason="damaged",
                actor=self.actor,
                accepts=accepts,
            ),
        )
        if line:
            self.give_way(sku, code, promised())
            self.on_hand[sku, code] -= quantity
            self.apart[sku, code] -= apart

    @rule(sku=skus, code=codes, quantity=few)
    def restore(self, sku, code, quantity):
        ask = {"sku": sku, "place": code, "quantity": quantity, "actor": self.actor}
        if quantity > self.apart[sku, code]:
            with pytest.raises(operations.NotEnoughStock):
                operations.restore_stock(**ask)
            return
        operations.restore_stock(**ask)
        self.apart[sku, code] -= quantity

    @rule(sku=skus, code=codes, elsewhere=codes, quantity=few, accepts=consents)
    def move(self, sku, code, elsewhere, quantity, accepts):
        def act(accepts):
            return operations.move_stock(
                sku=sku,
                place=code,
                to_place=elsewhere,
                quantity=quantity,
                actor=self.actor,
                accepts=accepts,
            )

        if code == elsewhere:
            with pytest.raises(operations.SamePlace):
                act(accepts)
            return
        carries = elsewhere in SELLING
        line = self.physically(
            sku,
            code,
            quantity,
            there=self.on_hand[sku, code],
            promised=lambda: 0 if carries else self.beyond(sku, code, quantity)[1],
            accepts=accepts,
            act=act,
        )
        if not line:
            return
        apart, promised = self.beyond(sku, code, quantity)
        if carries:
            self.carry(sku, code, elsewhere, promised)
        else:
            self.give_way(sku, code, promised)
        for place, sign in ((code, -1), (elsewhere, 1)):
            self.on_hand[sku, place] += sign * quantity
            self.apart[sku, place] += sign * apart
        self.may_be_reversed(line, sku, [(elsewhere, quantity, apart), (code, -quantity, -apart)])

    def carry(self, sku, code, target, quantity):
        """No promise is lost on the way: as much is held by each, only elsewhere."""
        held = {number: parts.total() for number, parts in self.held.items()}
        here = sum(parts[sku, code] for parts in self.held.values())
        self.held = {number: self.parts(number) for number in self.held}
        assert {number: parts.total() for number, parts in self.held.items()} == held
        left = sum(parts[sku, code] for parts in self.held.values())
        assert here - left == min(here, quantity) or sku in LOTS
        promised = sum(quantity for _, quantity in self.allocated.values())
        self.read_allocations()
        assert sum(quantity for _, quantity in self.allocated.values()) == promised

    # --- holds -------------------------------------------------------------------------------

    @rule(wanted=st.dictionaries(skus, few, min_size=1), place=st.sampled_from(["", *CODES]))
    def hold(self, wanted, place):
        fits = all(self.to_sell(sku, place) >= quantity for sku, quantity in wanted.items())
        # One item that cannot be had, and nothing is held; what ran out may be ended all the same.
        ended = all(
            self.to_sell(sku, place, without=self.overdue) >= quantity
            for sku, quantity in wanted.items()
        )
        ask = {"lines": list(wanted.items()), "lifetime": QUARTER, "place": place}
        if not ended:
            with pytest.raises(operations.NotEnoughStock):
                operations.hold_stock(**ask, actor=self.actor, key=uuid4())
            self.read_ends()
            return
        made = operations.hold_stock(**ask, actor=self.actor, key=uuid4())
        if not fits:
            self.read_ends()
        self.held[made.pk] = self.parts(made.pk)
        for sku, quantity in wanted.items():
            assert sum(self.held[made.pk][sku, code] for code in CODES) == quantity

    @precondition(lambda self: self.held)
    @rule(data=st.data(), quantity=few)
    def change(self, data, quantity):
        number = self.one_of(data, self.held)
        hold = Hold.objects.get(pk=number)
        sku = {item.pk: item.sku for item in self.items()}[hold.asked[0][0]]
        if number in self.overdue:
            with pytest.raises(operations.HoldEnded):
                operations.change_hold(hold=number, line=1, quantity=quantity, actor=self.actor)
            return
        more = quantity - sum(self.held[number][sku, code] for code in CODES)
        changed = self.expect(
            sku,
            self.to_sell(sku) >= more or more <= 0,
            self.to_sell(sku, without=self.overdue) >= more or more <= 0,
            lambda: operations.change_hold(
                hold=number, line=1, quantity=quantity, actor=self.actor
            ),
        )
        if changed:
            self.held[number] = self.parts(number)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def release(self, data):
        number = self.one_of(data, self.held)
        assert operations.release_hold(hold=number, actor=self.actor).status == "released"
        del self.held[number]
        self.overdue.discard(number)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def confirm(self, data):
        number = self.one_of(data, self.held)
        if number in self.overdue:
            with pytest.raises(operations.HoldEnded):
                operations.confirm_hold(hold=number, actor=self.actor)
            return
        operations.confirm_hold(hold=number, actor=self.actor)
        del self.held[number]
        self.read_allocations()

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def run_out(self, data):
        number = self.one_of(data, self.held)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE inventory_hold SET expires_at = clock_timestamp() - interval '1 s'"
                " WHERE id = %s",
                [number],
            )
        self.overdue.add(number)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def extend(self, data):
        number = self.one_of(data, self.held)
        ask = {"hold": number, "lifetime": QUARTER, "actor": self.actor}
        if number in self.overdue:
            with pytest.raises(operations.HoldEnded):
                operations.extend_hold(**ask)
        else:
            operations.extend_hold(**ask)

    @rule()
    def sweep(self):
        assert operations.expire_holds() == len(self.overdue)
        for number in self.overdue:
            del self.held[number]
        self.overdue.clear()

    # --- allocations -------------------------------------------------------------------------

    @rule(sku=skus, quantity=few)
    def allocate(self, sku, quantity):
        made = self.expect(
            sku,
            self.to_sell(sku) >= quantity,
            self.to_sell(sku, without=self.overdue) >= quantity,
            lambda: operations.allocate_stock(
                sku=sku, quantity=quantity, reference="order:7", actor=self.actor
            ),
        )
        if made:
            self.read_allocations()

    @precondition(lambda self: self.allocated)
    @rule(data=st.data(), quantity=few, ships=st.booleans())
    def use_allocation(self, data, quantity, ships):
        number = self.one_of(data, self.allocated)
        (sku, code), promised = self.allocated[number]

        def act():
            if not ships:
                return operations.deallocate_stock(
                    allocation=number, quantity=quantity, actor=self.actor
                )
            return operations.ship_stock(
                sku=sku, place=code, quantity=quantity, allocation=number, actor=self.actor
            )

        if quantity > promised:
            with pytest.raises(operations.PromiseGone):
                act()
            return
        act()
        if ships:
            self.on_hand[sku, code] -= quantity
        self.read_allocations()

    # --- what the tables say -----------------------------------------------------------------

    @invariant()
    def balances_are_those_of_the_model(self):
        on_hand: Counter = Counter()
        available: Counter = Counter()
        for level in StockLevel.objects.select_related("item", "location"):
            key = level.item.sku, level.location.code
            on_hand[key] += level.on_hand
            available[key] += level.available
        for key, number in on_hand.items():
            assert number == self.on_hand[key]
            assert available[key] == self.free(*key)

    def items(self):
        return {level.item for level in StockLevel.objects.select_related("item")}

    def one_of(self, data, numbers):
        return data.draw(st.sampled_from(sorted(numbers)))

    def parts(self, number):
        lines = HoldLine.objects.filter(hold=number)
        parts: Counter = Counter()
        for line in lines.select_related("level__item", "level__location"):
            parts[line.level.item.sku, line.level.location.code] += line.quantity
        return parts

    def read_ends(self):
        """Which of the holds that ran out were ended to make room."""
        ended = Hold.objects.filter(pk__in=self.overdue, status=HoldStatus.EXPIRED)
        for number in ended.values_list("pk", flat=True):
            self.overdue.discard(number)
            del self.held[number]

    def read_allocations(self):
        promises = Allocation.objects.select_related("level__item", "level__location")
        self.allocated = {
            one.pk: ((one.level.item.sku, one.level.location.code), one.quantity)
            for one in promises
        }


@pytest.mark.django_db
def test_any_order_of_operations_agrees_with_the_model():
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

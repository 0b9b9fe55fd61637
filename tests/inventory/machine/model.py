"""What the house should be by now, and what its tables say it is."""

from collections import Counter
from datetime import date

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from inventory import operations
from inventory.models import Allocation, Hold, HoldLine, HoldStatus, StockLevel
from tests.factories import make_item, make_place, make_user

SKUS = ["MUG", "TRAY", "JAM"]
LOTS = {"JAM": {"LATE": date(2027, 3, 1), "SOON": date(2026, 12, 1), "NEVER": None}}
SELLING = ["A-01", "B-01"]
CODES = [*SELLING, "Q-01"]

skus, codes, few = st.sampled_from(SKUS), st.sampled_from(CODES), st.integers(1, 6)


class Model(RuleBasedStateMachine):
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

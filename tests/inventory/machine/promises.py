"""What is promised: holds and allocations."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from inventory import operations
from inventory.models import Hold
from tests.inventory.machine.model import CODES, Model, few, skus

QUARTER = timedelta(minutes=15)


class Promises(Model):
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

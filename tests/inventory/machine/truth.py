"""Physical truth: it wins, whoever was promised the goods."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from inventory import operations
from inventory.models import Hold, HoldStatus, Lot, StockLevel
from tests.inventory.machine.model import LOTS, SELLING, Model, codes, few, skus

consents = st.sampled_from([None, frozenset()])


class Truth(Model):
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

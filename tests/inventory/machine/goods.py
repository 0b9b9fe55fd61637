"""What comes and goes, if it is free to go."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from inventory import operations
from tests.inventory.machine.model import Model, codes, few, skus


class Goods(Model):
    @rule(sku=skus, code=codes, quantity=few, data=st.data())
    def receive(self, sku, code, quantity, data):
        line = operations.receive_stock(
            sku=sku, place=code, quantity=quantity, actor=self.actor, **self.lot(sku, data)
        )
        self.on_hand[sku, code] += quantity
        self.may_be_reversed(line, sku, [(code, quantity, 0)])

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

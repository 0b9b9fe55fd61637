"""What has run low is kept up as stock changes."""

import pytest

from inventory import operations
from inventory.models import LowStock, StockMovement
from tests.acts import adjust
from tests.factories import make_item, make_place, make_stock

pytestmark = pytest.mark.django_db


def note(item):
    operations.note_stock_change(items=[item.pk])
    item.refresh_from_db()


class TestNoteStockChange:
    def test_marks_what_falls_to_its_reorder_point(self):
        shelf = make_stock(10, item=make_item(reorder_at=8))
        note(shelf.item)
        assert not LowStock.objects.exists()

        adjust(shelf, by=-2)
        note(shelf.item)

        assert LowStock.objects.get().out is False

    def test_marks_what_is_out(self):
        shelf = make_stock(1)
        adjust(shelf, by=-1)

        note(shelf.item)

        assert LowStock.objects.get(item=shelf.item).out

    def test_forgets_what_is_enough_again(self):
        shelf = make_stock(1, item=make_item(reorder_at=5))
        note(shelf.item)

        adjust(shelf, by=+9)
        note(shelf.item)

        assert not LowStock.objects.exists()

    def test_keeps_since_when(self):
        shelf = make_stock(3, item=make_item(reorder_at=5))
        note(shelf.item)
        since = LowStock.objects.get().since

        adjust(shelf, by=-3)
        note(shelf.item)

        low = LowStock.objects.get()
        assert (low.out, low.since) == (True, since)

    def test_says_when_it_moved_last(self):
        shelf = make_stock(3)

        note(shelf.item)

        assert shelf.item.last_moved_at == StockMovement.objects.get().effective_at


class TestRefreshLowStock:
    def test_sees_a_threshold_that_changed(self):
        shelf = make_stock(3)
        shelf.item.reorder_at = 5
        shelf.item.save(update_fields=["reorder_at"])

        operations.refresh_low_stock()

        assert LowStock.objects.get().item == shelf.item

    def test_leaves_out_what_is_not_stocked_or_ended(self):
        make_item(stocked=False)
        make_item(status="ended")

        operations.refresh_low_stock()

        assert not LowStock.objects.exists()

    def test_counts_only_what_sells(self):
        shelf = make_stock(3, place=make_place(sellable=False))

        operations.refresh_low_stock()

        assert LowStock.objects.get(item=shelf.item).out

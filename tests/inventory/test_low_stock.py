"""What has run low is kept up as stock changes."""

import pytest
from django.contrib.auth.models import Group

from accounts.access import scope_of
from inventory import availability, operations
from inventory.models import Item, LowStock, StockMovement
from tests.acts import adjust
from tests.factories import grant, make_item, make_place, make_stock, make_user

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


class TestWhoeverSeesAPartOfTheHouse:
    """Low is there what is low there: the house's own list would tell what is elsewhere."""

    @pytest.fixture
    def north(self):
        return make_place(code="NORTH-1")

    @pytest.fixture
    def person(self, north):
        person = make_user(name="Warehouse 2")
        person.groups.add(Group.objects.get(name="Warehouse"))
        grant(person, north)
        return person

    def low(self, person, **asked):
        items = Item.objects.for_user(person)
        found = availability.low(items, scope=scope_of(person), **asked)
        return sorted(found.values_list("sku", flat=True))

    def test_counts_what_may_be_sold_there_alone(self, person, north):
        few = make_stock(2, item=make_item(sku="FEW", reorder_at=5), place=north)
        make_stock(50, item=few.item)
        gone = make_stock(0, item=make_item(sku="GONE"), place=north)
        make_stock(50, item=gone.item)
        make_stock(9, item=make_item(sku="ENOUGH", reorder_at=5), place=north)
        elsewhere = make_stock(1, item=make_item(sku="ELSEWHERE", reorder_at=5))
        make_stock(1, item=make_item(sku="ENDED", status="ended", reorder_at=5), place=north)
        operations.refresh_low_stock()

        assert list(LowStock.objects.values_list("item", flat=True)) == [elsewhere.item_id]
        assert self.low(person) == ["FEW", "GONE"]
        assert self.low(person, out=True) == ["GONE"]

    def test_reads_the_same_on_the_list_the_item_and_today(self, client, person, north):
        few = make_stock(2, item=make_item(sku="FEW", reorder_at=5), place=north).item
        make_stock(50, item=few)
        hidden = make_stock(1, item=make_item(sku="HIDDEN", reorder_at=5)).item
        operations.refresh_low_stock()
        client.force_login(person)

        listed = client.get("/items?state=low").text
        assert "FEW" in listed
        assert "HIDDEN" not in listed
        assert "Low" in client.get("/items?format=csv&columns=sku,state").getvalue().decode()
        assert ">Low<" in client.get(few.get_absolute_url()).text
        assert ">Low<" not in client.get(hidden.get_absolute_url()).text
        today = client.get("/").text
        assert "FEW" in today
        assert "HIDDEN" not in today
        assert "Stock at <b>NORTH-1</b> alone" in today

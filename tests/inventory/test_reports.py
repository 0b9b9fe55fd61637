"""The timeline explains a number by what was so when each line was written."""

import pytest

from accounts.access import scope_of
from inventory import operations, reports
from inventory.models import Location, StockMovement
from tests.acts import adjust
from tests.factories import make_item, make_place, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


def change(place, **fields):
    place = Location.objects.get(pk=place.pk)
    for name, value in fields.items():
        setattr(place, name, value)
    return operations.save_place(place=place, actor=make_user(is_superuser=True))


def explained(item, **given):
    return reports.timeline(item, scope=scope_of(make_user(is_superuser=True)), **given)


def told(timeline):
    return [(line.did(), line.change.available, line.after.available) for line in timeline.lines]


class TestAPlaceThatIsNotSoldAnyMore:
    def test_is_a_line_of_its_own_and_the_past_stays_as_it_was(self):
        shelf = make_stock(6)
        item = shelf.item
        make_stock(5, item=item)
        change(shelf.location, sellable=False)
        book = {"sku": item.sku, "place": shelf.location.code, "actor": make_user()}
        operations.receive_stock(quantity=3, **book)

        timeline = explained(item)

        assert told(timeline) == [
            ("Received", 0, 5),
            ("Taken out of sale", -6, 5),
            ("Received", 5, 11),
            ("Received", 6, 6),
        ]
        assert [line.change.unavailable for line in timeline.lines] == [3, 6, 0, 0]
        assert timeline.figures.available == 5
        assert timeline.adds_up

    def test_comes_back_with_what_stands_there_by_then(self):
        shelf = make_stock(6)
        change(shelf.location, sellable=False)
        book = {"sku": shelf.item.sku, "place": shelf.location.code, "actor": make_user()}
        operations.receive_stock(quantity=3, **book)
        change(shelf.location, sellable=True)

        timeline = explained(shelf.item)

        assert told(timeline)[0] == ("Put on sale", 9, 9)
        assert timeline.adds_up

    def test_that_only_moved_in_the_tree_changes_no_number(self):
        shelf = make_stock(6)
        change(shelf.location, parent=make_site())

        assert told(explained(shelf.item))[0] == ("Its place changed", 0, 6)

    def test_is_carried_over_to_earlier_pages_and_to_a_line_that_was_asked_for(self):
        shelf = make_stock(6)
        item = shelf.item
        change(shelf.location, sellable=False)
        make_stock(5, item=item, place=make_place())
        first = StockMovement.objects.filter(level=shelf).earliest("version")

        newest = explained(item, size=2)
        earlier = explained(item, before=newest.earlier, size=2)
        asked_for = explained(item, line=first, size=1)

        assert newest.carried.available == earlier.figures.available == 6
        assert told(earlier) == told(asked_for) == [("Received", 6, 6)]
        assert newest.adds_up
        assert earlier.adds_up
        assert asked_for.adds_up


class TestChangesOfALot:
    def test_are_those_of_the_reading_whatever_is_booked_meanwhile(self):
        item, place, actor = make_item(tracking="lot"), make_place(), make_user()
        book = {"sku": item.sku, "place": place.code, "lot": "L-1", "actor": actor}
        operations.receive_stock(quantity=8, **book)
        operations.ship_stock(quantity=3, **book)
        read = explained(item, lot=item.lots.get())
        operations.ship_stock(quantity=4, **book)

        changes = reports.changes_of(read.levels)

        assert changes == [("Receive", 8), ("Ship", -3)]
        assert sum(change for _, change in changes) == read.figures.on_hand


@pytest.mark.parametrize("size", [2, 5, 20])
def test_the_newest_lines_of_a_place_are_of_all_that_is_in_it(size):
    site = make_site()
    shelves = [make_stock(9, place=make_place(parent=site)) for _ in range(3)]
    make_stock(9)
    for shelf in (*shelves, shelves[0]):
        adjust(shelf, by=1)
    make_stock(9)

    newest = reports.last_in(site, size=size)

    lines = StockMovement.objects.filter(level__in=shelves).order_by("-recorded_at", "-pk")
    assert newest == list(lines[:size])
    assert len(newest) == min(size, 7)

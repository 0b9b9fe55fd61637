"""One promise: every reader gives the same number for the same scope."""

import random

import pytest

from accounts.access import EVERYWHERE, NOWHERE, Scope
from inventory import availability, operations, reports
from inventory.models import Item, Location
from tests.acts import adjust
from tests.factories import make_item, make_place, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


def close(place: Location) -> None:
    place.sellable = False
    operations.save_place(place=place, actor=make_user())


def figures_of(item: Item, scope: Scope = EVERYWHERE):
    return availability.of_item(item, scope=scope)


class TestOfItem:
    def test_sums_over_places(self):
        item = make_item()
        make_stock(3, item=item)
        make_stock(4, item=item)

        assert figures_of(item).available == 7

    def test_counts_what_does_not_sell_as_unavailable(self):
        item, inspection = make_item(), make_place(sellable=False)
        make_stock(3, item=item)
        make_stock(2, item=item, place=inspection)

        figures = figures_of(item)

        assert (figures.on_hand, figures.unavailable, figures.available) == (5, 2, 3)

    def test_a_place_sells_only_when_all_above_it_do(self):
        site = make_site()
        zone = make_place(parent=site, kind="zone", structural=True)
        item = make_item()
        make_stock(3, item=item, place=make_place(parent=zone))

        close(site)

        assert figures_of(item).available == 0

    def test_keeps_to_the_scope(self):
        item, here, there = make_item(), make_place(), make_place()
        make_stock(3, item=item, place=here)
        make_stock(4, item=item, place=there)

        assert figures_of(item, Scope(paths=(here.path,))).available == 3
        assert figures_of(item, Scope(paths=(here.parent.path,))).available == 3
        assert figures_of(item, NOWHERE).on_hand == 0

    def test_is_nothing_for_what_never_came(self):
        assert figures_of(make_item()) == availability.Figures()


def test_every_reader_gives_the_same_number():
    random.seed(7)
    places = [make_place(), make_place(), make_place(sellable=False)]
    items = [make_item() for _ in range(20)]
    for item in items:
        for place in random.sample(places, random.randint(0, 3)):
            make_stock(random.randint(1, 50), item=item, place=place)
    scopes = [EVERYWHERE, Scope(paths=(places[0].path, places[2].path))]

    for scope in scopes:
        rows = availability.annotated(Item.objects.all(), scope=scope)
        listed = {row.pk: row.available for row in rows}
        alone = {item.pk: figures_of(item, scope).available for item in items}
        summed = {
            item.pk: sum(
                level.available
                for level in availability.by_place(item, scope=scope)
                if level.location.sells
            )
            for item in items
        }
        explained = {
            item.pk: reports.timeline(item, scope=scope).figures.available for item in items
        }
        assert listed == alone == summed == explained


class TestTimeline:
    def test_explains_the_number_line_by_line(self):
        shelf = make_stock(50)
        adjust(shelf, by=-3)

        timeline = reports.timeline(shelf.item, scope=EVERYWHERE)

        assert timeline.figures.available == 47
        assert [(line.change.available, line.after.available) for line in timeline.lines] == [
            (-3, 47),
            (50, 50),
        ]
        assert timeline.adds_up
        assert timeline.carried == availability.Figures()

    def test_runs_over_all_places(self):
        item = make_item()
        first, second = make_stock(10, item=item), make_stock(20, item=item)
        adjust(first, by=-1)
        adjust(second, by=-2)

        lines = reports.timeline(item, scope=EVERYWHERE).lines

        assert [line.after.on_hand for line in lines] == [27, 29, 30, 10]

    def test_goes_on_where_a_page_ended(self):
        shelf = make_stock(10)
        for _ in range(4):
            adjust(shelf, by=-1)

        newest = reports.timeline(shelf.item, scope=EVERYWHERE, size=3)
        older = reports.timeline(shelf.item, scope=EVERYWHERE, size=3, before=newest.earlier)

        assert [line.after.on_hand for line in newest.lines] == [6, 7, 8]
        assert newest.carried.on_hand == 9
        assert [line.after.on_hand for line in older.lines] == [9, 10]
        assert older.earlier is None
        assert newest.adds_up
        assert older.adds_up

    def test_shows_what_stands_where_nothing_sells_as_unavailable(self):
        shelf = make_stock(5, place=make_place(sellable=False))

        [line] = reports.timeline(shelf.item, scope=EVERYWHERE).lines

        assert (line.change.on_hand, line.change.unavailable, line.change.available) == (5, 5, 0)

    def test_is_empty_for_what_never_came(self):
        timeline = reports.timeline(make_item(), scope=EVERYWHERE)

        assert timeline.lines == []
        assert timeline.adds_up

    def test_takes_few_queries(self, django_assert_num_queries):
        shelf = make_stock(5)
        adjust(shelf, by=1)

        with django_assert_num_queries(3):
            for line in reports.timeline(shelf.item, scope=EVERYWHERE).lines:
                assert line.movement.actor.name
                assert line.movement.level.location.code
                assert getattr(line.movement, "reversal", None) is None

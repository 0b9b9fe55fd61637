"""The page of an item: what stands where, and why it has the number it has."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from inventory import operations
from inventory.models import Barcode, Category, StockMovement
from tests.acts import adjust
from tests.factories import make_item, make_place, make_site, make_stock, make_user
from tests.inventory.views.acts import browser_of, text_of

pytestmark = pytest.mark.django_db


def page_of(client, item, **query):
    return client.get(item.get_absolute_url(), query)


def shipped(shelf, *, times: int) -> list[StockMovement]:
    """Single units out of a level, one line each, oldest first."""
    actor = make_user()
    return [
        operations.ship_stock(
            sku=shelf.item.sku,
            place=shelf.location.code,
            quantity=1,
            reference=f"order:{number}",
            actor=actor,
        )
        for number in range(times)
    ]


class TestItemPage:
    def test_says_what_it_is(self, warehouse):
        kitchen = Category.objects.create(name="Kitchen")
        item = make_item(
            sku="22423",
            name="REGENCY CAKESTAND 3 TIER",
            category=Category.objects.create(name="Cakestands", parent=kitchen),
            price="12.75",
            reorder_at=30,
        )
        Barcode.objects.create(item=item, code="5012345224231")
        Barcode.objects.create(item=item, code="5012345224248")

        said = text_of(page_of(warehouse, item))

        assert "Items / Kitchen / Cakestands REGENCY CAKESTAND 3 TIER 22423" in said
        assert "5012345224231 and 1 more" in said
        assert "Sells at £12.75 Reorder at 30 Unit piece" in said

    def test_needs_at_most_ten_queries(self, warehouse, django_assert_max_num_queries):
        shelf = make_stock(60)
        for _ in range(5):
            make_stock(4, item=shelf.item)
        shipped(shelf, times=60)

        with django_assert_max_num_queries(10):
            page_of(warehouse, shelf.item)

    def test_offers_what_this_person_may_do(self, warehouse, support):
        item = make_stock(1).item

        offered = page_of(warehouse, item).content.decode()
        looked_at = page_of(support, item).content.decode()

        acts = ["/receive", "/ship", "/return", "/adjust", "/reverse"]
        assert [act for act in acts if act not in offered] == []
        assert [act for act in acts if act in looked_at] == []

    def test_shows_only_what_this_person_may_see(self, db):
        developer = browser_of("Developer")
        item = make_stock(44).item
        Barcode.objects.create(item=item, code="5012345224231")

        said = text_of(page_of(developer, item))

        assert "44" in said
        assert "5012345224231" not in said
        assert "Why is it" not in said
        assert "Received" not in said

    def test_offers_nothing_to_do_with_what_is_only_sold(self, warehouse):
        page = page_of(warehouse, make_item(stocked=False))

        assert "Not stocked" in text_of(page)
        assert "/receive" not in page.content.decode()

    def test_an_item_without_a_line_says_how_to_begin(self, warehouse):
        said = text_of(page_of(warehouse, make_item()))

        assert "Nothing was ever booked" in said
        assert "It stands nowhere" in said

    def test_an_item_that_is_none_is_not_found(self, warehouse):
        assert warehouse.get("/items/999999").status_code == 404
        assert warehouse.get(f"/items/{10**30}").status_code == 404


class TestWhyIsIt:
    def test_explains_the_number_line_by_line(self, warehouse):
        shelf = make_stock(48)
        adjust(shelf, by=-1, reason="damaged")

        said = text_of(page_of(warehouse, shelf.item))

        code = shelf.location.code.replace("-", " ")
        assert "Why is it 47 ?" in said.replace("?", " ?").replace("  ", " ")
        assert f"Damaged {code} by Warehouse 1" in said
        assert "−1 −1 47" in said  # on hand, available, and what it was then
        assert "+48 +48 48" in said
        assert "Before its first line 0 0 0 0 0" in said
        assert "Adds up 47 − 0 − 0 − 0 = 47, 2 lines without a gap" in said

    def test_what_stands_where_nothing_is_sold_is_unavailable(self, warehouse):
        shelf = make_stock(40)
        make_stock(3, item=shelf.item, place=make_place(sellable=False))

        said = text_of(page_of(warehouse, shelf.item))

        assert "43 − 0 − 0 − 3 = 40" in said
        assert "+3 +3 0 40" in said  # on hand, unavailable, available, and what it was then

    def test_leads_from_a_line_to_all_of_its_reference(self, warehouse):
        shelf = make_stock(10)
        shipped(shelf, times=1)
        beside = make_stock(5)
        operations.ship_stock(
            sku=beside.item.sku,
            place=beside.location.code,
            quantity=2,
            reference="order:0",
            actor=make_user(),
        )
        page = page_of(warehouse, shelf.item).content.decode()
        assert 'href="/movements?reference=order%3A0"' in page

        listed = text_of(warehouse.get("/movements?reference=order%3A0"))

        assert shelf.item.sku in listed
        assert beside.item.sku in listed

    def test_says_when_it_happened_if_that_was_another_day(self, warehouse):
        shelf = make_stock(10)
        operations.receive_stock(
            sku=shelf.item.sku,
            place=shelf.location.code,
            quantity=1,
            actor=make_user(),
            effective_at=timezone.now() - timedelta(days=3),
        )

        assert text_of(page_of(warehouse, shelf.item)).count("Happened") == 1

    def test_shows_a_note_as_text(self, warehouse):
        shelf = make_stock(10)
        operations.receive_stock(
            sku=shelf.item.sku,
            place=shelf.location.code,
            quantity=1,
            note="<script>alert(1)</script>",
            actor=make_user(),
        )

        page = page_of(warehouse, shelf.item).content.decode()

        assert "&lt;script&gt;alert(1)" in page

    def test_says_so_when_it_does_not_add_up(self, warehouse):
        shelf = make_stock(10)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE inventory_stocklevel SET on_hand = 11 WHERE id = %s", [shelf.pk])

        assert "Does not add up" in text_of(page_of(warehouse, shelf.item))

    def test_offers_to_reverse_only_what_can_be(self, warehouse):
        shelf = make_stock(10)
        [line] = shipped(shelf, times=1)
        receipt = shelf.movements.get(version=1)

        page = page_of(warehouse, shelf.item).content.decode()

        # Of the ten that came one is gone: the receipt cannot be taken back any more.
        assert f"/movements/{line.pk}/reverse" in page
        assert f"/movements/{receipt.pk}/reverse" not in page


class TestEarlier:
    def test_goes_on_with_the_balance_that_was_carried(self, warehouse):
        shelf = make_stock(60)
        shipped(shelf, times=55)
        first = page_of(warehouse, shelf.item)
        assert "Balance carried from earlier 55 0 0 0 55" in text_of(first)

        second = warehouse.get(shelf.item.get_absolute_url() + _earlier(first))

        said = text_of(second)
        assert "Why was it 55?" in said
        assert "order:4 by" in said
        assert "order:5 by" not in said
        assert "Before its first line" in said
        assert "Adds up" in said

    def test_refuses_the_position_of_another_item(self, warehouse):
        shelf = make_stock(60)
        shipped(shelf, times=55)
        position = _earlier(page_of(warehouse, shelf.item))

        answer = warehouse.get(make_stock(1).item.get_absolute_url() + position)

        assert answer.status_code == 400

    @pytest.mark.parametrize("cursor", ["", "x", "WyIyMDI2Il0:1abc:xyz"])
    def test_refuses_an_edited_position(self, warehouse, cursor):
        answer = page_of(warehouse, make_stock(1).item, before=cursor)

        assert answer.status_code == 400
        assert "This cannot be read" in text_of(answer)

    def test_shows_a_line_that_is_far_down_with_the_figures_of_then(self, warehouse):
        shelf = make_stock(60)
        beside = make_stock(7, item=shelf.item)
        lines = shipped(shelf, times=55)

        page = warehouse.get(lines[2].get_absolute_url())

        said = text_of(page)
        assert beside.on_hand == 7
        assert "Why was it 64?" in said  # 60 + 7 − 3
        assert "order:2 by" in said
        assert "order:3 by" not in said
        assert "Adds up" in said

    def test_shows_a_line_among_the_newest_where_it_is(self, warehouse):
        shelf = make_stock(60)
        lines = shipped(shelf, times=3)

        said = text_of(warehouse.get(lines[0].get_absolute_url()))

        assert "Why is it 57?" in said

    def test_links_lines_that_stand_on_other_pages(self, warehouse):
        shelf = make_stock(70)
        [line] = shipped(shelf, times=1)
        shipped(shelf, times=55)
        operations.reverse_movement(movement=line.pk, actor=make_user())

        page = page_of(warehouse, shelf.item).content.decode()

        assert f'href="{line.get_absolute_url()}">Shipment reversed</a>' in page

    @pytest.mark.parametrize("line", ["0", "x", "9" * 40, "-1", "٣", ""])
    def test_a_line_that_is_none_is_not_found(self, warehouse, line):
        assert page_of(warehouse, make_stock(1).item, line=line).status_code == 404

    def test_a_line_of_another_item_is_not_found(self, warehouse):
        other = make_stock(1).movements.get()

        assert page_of(warehouse, make_stock(1).item, line=other.pk).status_code == 404

    def test_needs_at_most_ten_queries(self, warehouse, django_assert_max_num_queries):
        shelf = make_stock(80)
        lines = shipped(shelf, times=70)

        with django_assert_max_num_queries(10):
            warehouse.get(lines[0].get_absolute_url())


class TestStockByPlace:
    def test_shows_where_it_stands_in_picking_order(self, warehouse):
        item, site = make_item(), make_site()
        make_stock(2, item=item, place=make_place(code="S-01", parent=site, priority=70))
        make_stock(18, item=item, place=make_place(code="A-04", parent=site, priority=10))
        make_stock(
            5, item=item, place=make_place(code="Q-01", parent=site, priority=1, sellable=False)
        )

        said = text_of(page_of(warehouse, item))

        by_place = said[said.index("Stock by place") :]
        assert "3 places" in by_place
        assert by_place.index("A 04") < by_place.index("S 01") < by_place.index("Q 01")
        assert "not sold" in by_place

    def test_leaves_out_where_nothing_stands_any_more(self, warehouse):
        shelf = make_stock(0)

        assert "It stands nowhere" in text_of(page_of(warehouse, shelf.item))


def _earlier(page) -> str:
    content = page.content.decode()
    start = content.index('rel="next" href="') + len('rel="next" href="')
    return content[start : content.index('"', start)].replace("&amp;", "&")


def test_a_developer_sees_the_page_without_ledger_links(db):
    """Developers may not see the list of movements."""
    client = browser_of("Developer")

    assert page_of(client, make_stock(1).item).status_code == 200

"""The list of places, and the page of one: what stands there, and what is promised of it."""

import pytest
from django.urls import reverse

from inventory import availability, operations
from inventory.models import StockLevel
from tests.factories import grant, make_item, make_place, make_site, make_stock, make_user
from tests.inventory.test_holds import hold
from tests.inventory.views.acts import PART, browser_of, make_person, text_of

pytestmark = pytest.mark.django_db

LIST = reverse("inventory:place-list")


@pytest.fixture
def north():
    """NORTH with the zone A; five mugs and two trays at A-01, a mug at A-02, three at Q-01."""
    site = make_site(code="NORTH", name="Leeds", structural=True)
    zone = make_place(code="A", kind="zone", parent=site, structural=True)
    mug, tray = make_item(sku="MUG", name="RED MUG"), make_item(sku="TRAY")
    first = make_place(code="A-01", name="pick face", parent=zone)
    make_stock(5, item=mug, place=first)
    make_stock(2, item=tray, place=first)
    make_stock(1, item=mug, place=make_place(code="A-02", parent=zone))
    make_stock(3, item=mug, place=make_place(code="Q-01", parent=site, sellable=False))
    return site


@pytest.fixture
def support():
    return make_user(name="Support 1")


def place(code):
    return StockLevel.objects.filter(location__code=code)[0].location


def url_of(place):
    return reverse("inventory:place-detail", args=[place.pk])


def promise(**asked):
    return operations.allocate_stock(actor=make_user(), reference="order:7", **asked)


class TestTheList:
    def test_says_what_stands_where_with_all_beneath(self, warehouse, north):
        said = text_of(warehouse.get(LIST, headers=PART))

        assert "NORTH Leeds Site NORTH Sold 11" in said
        assert "A 01 pick face Bin NORTH Sold 2 7" in said
        assert "Q 01 Bin NORTH Not sold 1 3" in said

    @pytest.mark.parametrize(
        ("asked", "shown"),
        [
            ({"q": "a-01"}, ["A-01"]),
            ({"q": "a-"}, ["A-01", "A-02"]),
            ({"q": "face"}, ["A-01"]),
            ({"in": "a"}, ["A-01", "A-02"]),
            ({"sells": "no"}, ["Q-01"]),
            ({"kind": "site"}, ["NORTH"]),
        ],
    )
    def test_is_narrowed(self, warehouse, north, asked, shown):
        said = text_of(warehouse.get(LIST, asked | {"columns": "code,name"}, headers=PART))
        table = said.partition("Place Name ")[2]

        codes = {"NORTH": "NORTH Leeds", "A-01": "A 01", "A-02": "A 02", "Q-01": "Q 01"}
        assert [code for code, words in codes.items() if words in table] == shown

    def test_needs_at_most_ten_queries(self, warehouse, north, django_assert_max_num_queries):
        with django_assert_max_num_queries(10):
            warehouse.get(LIST)

    def test_shows_whoever_is_kept_to_a_zone_that_zone_alone(self, client, north):
        make_site(code="SOUTH")
        person = make_person("Warehouse")
        grant(person, place("A-01").parent)
        client.force_login(person)

        said = text_of(client.get(LIST, headers=PART))

        assert "A 01" in said
        assert "NORTH" not in said
        assert "SOUTH" not in said


class TestThePage:
    def test_tells_where_it_is_and_what_is_in_it(self, warehouse, north):
        said = text_of(warehouse.get(url_of(place("A-01").parent)))

        assert "Places / NORTH" in said
        assert "8 pieces in 2 places" in said
        assert "A 01 pick face 2 items, 7 pieces" in said
        assert "only groups other places" in said
        assert "Count this place" not in said

    def test_gives_the_numbers_that_all_pages_give(self, warehouse, north, support):
        hold(2, actor=support, place="A-01")
        promise(sku="MUG", quantity=1, place="A-01")

        said = text_of(warehouse.get(url_of(place("A-01"))))

        assert "MUG RED MUG 5 1 2 0 2" in said

    def test_counts_what_is_free_where_nothing_is_sold_as_unavailable(self, warehouse, north):
        said = text_of(warehouse.get(url_of(place("Q-01"))))

        [level] = StockLevel.objects.filter(location__code="Q-01").select_related("location")
        assert "Not sold from here" in said
        assert "MUG RED MUG 3 0 0 3 0" in said
        assert (availability.to_sell(level), availability.not_to_sell(level)) == (0, 3)

    def test_names_who_was_promised_what(self, warehouse, north, support):
        made = hold(2, actor=support, place="A-01", contact="Visitor 12")
        promise(sku="TRAY", quantity=1, place="A-01")

        said = text_of(warehouse.get(url_of(place("A-01"))))

        assert f"Hold {made.pk} for Visitor 12, ends" in said
        assert "by Support 1" in said
        assert "1 TRAY" in said
        assert "order:7" in said

    def test_leads_to_what_was_booked_there(self, warehouse, north):
        page = warehouse.get(url_of(place("A-01"))).content.decode()

        assert "/movements?place=A-01" in page
        assert "+5" in page

    def test_is_searched_and_exported(self, warehouse, north):
        found = text_of(warehouse.get(url_of(place("A-01")), {"q": "tray"}, headers=PART))
        sheet = warehouse.get(url_of(place("A-01")), {"format": "csv"})

        assert "TRAY" in found
        assert "RED MUG" not in found
        assert b"MUG,RED MUG,5,0,0,0,5" in b"".join(sheet)

    def test_needs_at_most_ten_queries(
        self, warehouse, north, support, django_assert_max_num_queries
    ):
        hold(2, actor=support, place="A-01")
        promise(sku="MUG", quantity=1, place="A-01")
        page = url_of(place("A-01"))

        with django_assert_max_num_queries(10):
            warehouse.get(page)

    def test_hides_what_it_stands_in_from_who_may_not_see_that(self, client, north):
        person = make_person("Warehouse")
        grant(person, place("A-01"), may_move=False)
        client.force_login(person)

        said = text_of(client.get(url_of(place("A-01"))))

        assert "NORTH" not in said
        assert "you may look here, not move" in said
        assert "Count this place" not in said
        assert client.get(url_of(north)).status_code == 404

    def test_offers_to_do_what_a_role_may(self, warehouse, north):
        page = url_of(place("A-01"))

        assert "Count this place" in text_of(warehouse.get(page))
        assert "Move all" in text_of(warehouse.get(page))
        looks = text_of(browser_of("Support").get(page))
        assert "Count this place" not in looks
        assert "Move all" not in looks

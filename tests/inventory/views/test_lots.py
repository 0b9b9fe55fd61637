"""The list of lots and the page of one: what expires, where it stands, where it came from."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory import operations
from inventory.models import Location, Lot
from tests.factories import make_item, make_place, make_user
from tests.inventory.views.acts import text_of

pytestmark = pytest.mark.django_db

LIST = "inventory:lot-list"


@pytest.fixture
def actor():
    return make_user()


@pytest.fixture
def jam(actor):
    """Lots that expire in 5 days, in 300, were good until yesterday, and never expire."""
    item = make_item(sku="JAM", name="JAM OF PLUMS", tracking="lot")
    make_place(code="A-01")
    today = timezone.localdate()
    for code, days in (("SOON", 5), ("LATE", 300), ("OLD", -1), ("NEVER", None)):
        expires_on = None if days is None else today + timedelta(days=days)
        receive(code, 3, actor, expires_on=expires_on, reference=f"delivery:{code}")
    return item


def receive(code, quantity, actor, **rest):
    return operations.receive_stock(
        sku="JAM", place="A-01", quantity=quantity, lot=code, actor=actor, **rest
    )


def listed(client, **asked):
    page = text_of(client.get(reverse(LIST), asked))
    return [code for code in ("OLD", "SOON", "LATE", "NEVER") if f" {code} JAM " in page]


class TestTheList:
    def test_shows_what_expires_first_first(self, warehouse, jam):
        page = text_of(warehouse.get(reverse(LIST)))

        places = [page.index(f" {code} JAM ") for code in ("OLD", "SOON", "LATE", "NEVER")]
        assert places == sorted(places)
        assert "1 day ago" in page
        assert "in 5 days" in page
        assert "never" in page

    @pytest.mark.parametrize(
        ("asked", "shown"),
        [
            ({"expires": "soon"}, ["SOON"]),
            ({"expires": "out"}, ["OLD"]),
            ({"q": "late"}, ["LATE"]),
            ({"q": "JA"}, ["OLD", "SOON", "LATE", "NEVER"]),
            ({"item": "jam"}, ["OLD", "SOON", "LATE", "NEVER"]),
            ({"stands": "gone"}, []),
        ],
    )
    def test_is_narrowed(self, warehouse, jam, asked, shown):
        assert listed(warehouse, **asked) == shown

    def test_has_those_that_are_gone_for_who_asks(self, warehouse, jam, actor):
        operations.ship_stock(sku="JAM", place="A-01", quantity=3, lot="OLD", actor=actor)

        assert listed(warehouse) == ["SOON", "LATE", "NEVER"]
        assert listed(warehouse, stands="gone") == ["OLD"]

    def test_is_exported(self, warehouse, jam):
        answer = warehouse.get(reverse(LIST), {"expires": "soon", "format": "csv"})

        text = b"".join(answer).decode()
        assert "SOON,JAM,JAM OF PLUMS" in text
        assert "A-01" in text

    def test_takes_few_queries(self, warehouse, jam, django_assert_max_num_queries):
        with django_assert_max_num_queries(10):
            warehouse.get(reverse(LIST))


class TestThePage:
    def test_traces_from_shipment_to_receipt_and_adds_up(self, warehouse, jam, actor):
        operations.ship_stock(
            sku="JAM", place="A-01", quantity=2, lot="SOON", reference="order:7", actor=actor
        )

        page = text_of(warehouse.get(Lot.objects.get(code="SOON").get_absolute_url()))

        assert "order:7" in page
        assert "delivery:SOON" in page
        assert page.index("order:7") < page.index("delivery:SOON")
        assert "Adds up Receive +3, Ship −2 = 1 on hand" in page

    def test_says_that_it_is_out_of_date(self, warehouse, jam):
        page = text_of(warehouse.get(Lot.objects.get(code="OLD").get_absolute_url()))

        assert "Out of date" in page

    def test_takes_few_queries(self, warehouse, jam, django_assert_max_num_queries):
        url = Lot.objects.get(code="SOON").get_absolute_url()

        with django_assert_max_num_queries(10):
            warehouse.get(url)

    def test_of_none_is_not_found(self, warehouse):
        assert warehouse.get(reverse("inventory:lot-detail", args=[1])).status_code == 404


class TestTheWayThere:
    def test_by_scanning_its_code(self, warehouse, jam):
        answer = warehouse.post(reverse("pages:scan"), {"code": "soon"})

        assert answer["Location"] == Lot.objects.get(code="SOON").get_absolute_url()

    def test_a_code_of_two_items_leads_to_neither(self, warehouse, jam, actor):
        make_item(sku="TEA", tracking="lot")
        operations.receive_stock(sku="TEA", place="A-01", quantity=1, lot="SOON", actor=actor)

        answer = warehouse.post(reverse("pages:scan"), {"code": "SOON"})

        assert "/lots/" not in answer.get("Location", "")

    def test_by_searching(self, warehouse, jam):
        page = text_of(warehouse.get(reverse("pages:search"), {"q": "SOO"}))

        assert "SOON" in page
        assert "JAM OF PLUMS" in page

    @pytest.mark.parametrize("name", ["item-detail", "movement-list"])
    def test_from_a_movement(self, warehouse, jam, name):
        url = reverse(f"inventory:{name}", args=[jam.pk] if name == "item-detail" else [])

        page = warehouse.get(url).content.decode()

        assert f'href="{Lot.objects.get(code="SOON").get_absolute_url()}"' in page


def test_the_day_of_a_lot_is_set_right_in_the_admin(admin_client, jam):
    lot = Lot.objects.get(code="OLD")
    url = reverse("admin:inventory_lot_change", args=[lot.pk])

    admin_client.post(url, {"expires_on": "2030-01-31"})

    lot.refresh_from_db()
    assert lot.expires_on.isoformat() == "2030-01-31"
    assert admin_client.get(reverse("admin:inventory_lot_add")).status_code == 403


def test_numbers_are_those_of_where_one_may_look(warehouse, jam, actor):
    assert Location.objects.filter(code="A-01").exists()
    page = text_of(warehouse.get(Lot.objects.get(code="LATE").get_absolute_url()))

    assert "3 on hand, 3 available" in page

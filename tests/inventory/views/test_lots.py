"""The list of lots and the page of one: what expires, where it stands, where it came from."""

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory import operations
from inventory.models import Lot
from tests.factories import grant, make_item, make_place, make_user
from tests.inventory.views.acts import make_person, text_of

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


def ship(code, actor, times=1):
    for _ in range(times):
        operations.ship_stock(sku="JAM", place="A-01", quantity=1, lot=code, actor=actor)


def hold(quantity, actor, **rest):
    return operations.hold_stock(
        lines=[("JAM", quantity)],
        lifetime=timedelta(hours=1),
        actor=actor,
        key=uuid4(),
        **rest,
    )


def page_of(client, code, **asked):
    return text_of(client.get(Lot.objects.get(code=code).get_absolute_url(), asked))


def movements(client, **asked):
    """The lots of the movements that are listed."""
    page = client.get(reverse("inventory:movement-list"), asked).content.decode()
    return re.findall(r'class="lot"[^>]*>([^<]*)<', page)


def earlier(response):
    """Where the link to earlier lines leads."""
    [link] = re.findall(r'rel="next" href="([^"]*)"', response.content.decode())
    return html.unescape(link)


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

    def test_takes_few_queries(self, warehouse, jam, actor, django_assert_max_num_queries):
        url = Lot.objects.get(code="OLD").get_absolute_url()
        hold(1, actor)
        hold(1, actor)
        operations.allocate_stock(sku="JAM", quantity=1, reference="order:8", actor=actor)

        with django_assert_max_num_queries(10):
            warehouse.get(url)

    def test_leads_back_to_the_receipt_however_many_lines_came_later(self, warehouse, jam, actor):
        receive("SOON", 100, actor)
        ship("SOON", actor, times=52)
        url = Lot.objects.get(code="SOON").get_absolute_url()

        newest = warehouse.get(url)
        older = warehouse.get(url + earlier(newest))

        assert "delivery:SOON" not in text_of(newest)
        assert "delivery:SOON" in text_of(older)
        assert text_of(newest).count(" Shipped ") + text_of(older).count(" Shipped ") == 52
        assert "Adds up Receive +103, Ship −52 = 51 on hand" in text_of(newest)
        assert "Adds up Receive +103, Ship −52 = 51 on hand" in text_of(older)

    def test_refuses_a_cursor_of_another_lot(self, warehouse, jam, actor):
        receive("SOON", 100, actor)
        ship("SOON", actor, times=52)
        here, other = (Lot.objects.get(code=code).get_absolute_url() for code in ("SOON", "LATE"))
        link = earlier(warehouse.get(here))

        assert warehouse.get(here + link).status_code == 200
        assert warehouse.get(other + link).status_code == 400
        assert warehouse.get(f"{here}?before=edited").status_code == 400

    def test_tells_who_holds_it_and_to_whom_it_is_promised(self, warehouse, jam, actor):
        ship("OLD", actor, times=3)
        promise = {"sku": "JAM", "place": "A-01", "quantity": 1, "actor": actor}
        held = hold(2, actor, contact="Ms Plum")
        operations.allocate_stock(**promise, reference="order:8", key=uuid4())
        later = hold(1, actor, contact="Mr Pear")
        operations.allocate_stock(**promise, reference="order:9", key=uuid4())

        soon, late = page_of(warehouse, "SOON"), page_of(warehouse, "LATE")

        assert "3 on hand, 0 available" in soon
        assert "1 allocated, 2 held, 0 left to sell" in soon
        assert f"{held} for Ms Plum" in soon
        assert "Promised to 1 1 order:8" in soon
        assert "Mr Pear" not in soon
        assert "order:9" not in soon
        assert "1 allocated, 1 held, 1 left to sell" in late
        assert f"{later} for Mr Pear" in late
        assert "Promised to 1 1 order:9" in late

    def test_shows_no_movement_to_whoever_may_not_see_them(self, jam):
        person = make_user()
        person.user_permissions.add(Permission.objects.get(codename="view_lot"))
        client = Client()
        client.force_login(person)

        page = page_of(client, "SOON")

        assert "3 on hand, 3 available" in page
        assert "delivery:SOON" not in page

    def test_of_none_is_not_found(self, warehouse):
        assert warehouse.get(reverse("inventory:lot-detail", args=[1])).status_code == 404


class TestTheWayThere:
    def test_by_scanning_its_code(self, warehouse, jam):
        answer = warehouse.post(reverse("pages:scan"), {"code": "soon"})

        assert answer["Location"] == Lot.objects.get(code="SOON").get_absolute_url()

    def test_a_code_of_two_items_leads_to_both(self, warehouse, jam, actor):
        make_item(sku="TEA", tracking="lot")
        operations.receive_stock(sku="TEA", place="A-01", quantity=1, lot="soon", actor=actor)

        answer = warehouse.post(reverse("pages:scan"), {"code": "SOON"})
        page = text_of(warehouse.get(answer["Location"]))

        assert " SOON JAM " in page
        assert " soon TEA " in page
        assert " LATE JAM " not in page

    def test_by_searching(self, warehouse, jam):
        page = text_of(warehouse.get(reverse("pages:search"), {"q": "SOO"}))

        assert "SOON" in page
        assert "JAM OF PLUMS" in page

    @pytest.mark.parametrize("name", ["item-detail", "movement-list"])
    def test_from_a_movement(self, warehouse, jam, name):
        url = reverse(f"inventory:{name}", args=[jam.pk] if name == "item-detail" else [])

        page = warehouse.get(url).content.decode()

        assert f'href="{Lot.objects.get(code="SOON").get_absolute_url()}"' in page


class TestMovementsOfALot:
    def test_are_those_of_each_lot_with_its_code(self, warehouse, jam, actor):
        make_item(sku="TEA", tracking="lot")
        operations.receive_stock(sku="TEA", place="A-01", quantity=1, lot="soon", actor=actor)

        both = movements(warehouse, lot="Soon")
        one = movements(warehouse, lot="Soon", item="tea")

        assert sorted(both) == ["SOON", "soon"]
        assert one == ["soon"]

    def test_of_an_unknown_one_are_refused(self, warehouse, jam):
        answer = warehouse.get(reverse("inventory:movement-list"), {"lot": "NONE"})

        assert answer.status_code == 400
        assert "No lot here has the code “NONE”" in text_of(answer)


class TestSomebodyKeptToOneSite:
    @pytest.fixture
    def kept(self, jam, actor):
        """Sees B-01 alone, where 5 of the 11 stand; 2 of them came from A-01."""
        other = make_place(code="B-01")
        receive("LATE", 5, actor)
        operations.move_stock(
            sku="JAM",
            place="A-01",
            to_place="B-01",
            quantity=2,
            lot="LATE",
            actor=actor,
            key=uuid4(),
        )
        operations.receive_stock(sku="JAM", place="B-01", quantity=3, lot="LATE", actor=actor)
        person = make_person("Warehouse", name="Warehouse 2")
        grant(person, other)
        client = Client()
        client.force_login(person)
        return client

    def test_reads_numbers_that_add_up_there(self, kept, warehouse):
        page, whole = page_of(kept, "LATE"), page_of(warehouse, "LATE")

        assert "5 on hand, 5 available" in page
        assert "Adds up Receive +3, Move +2 = 5 on hand" in page
        assert "delivery:LATE" not in page
        assert " A 01 " not in page
        assert "11 on hand, 11 available" in whole
        assert " A 01 " in whole

    def test_finds_on_the_list_what_stands_there(self, kept):
        page = text_of(kept.get(reverse(LIST)))

        assert re.search(r" LATE JAM .* 5 5 B 01 ", page)
        assert " SOON JAM " not in page
        assert " A 01 " not in page


class TestInTheAdmin:
    def test_its_day_is_set_right_and_remembered(self, admin_client, jam):
        lot = Lot.objects.get(code="OLD")
        url = reverse("admin:inventory_lot_change", args=[lot.pk])

        admin_client.post(url, {"expires_on": "2030-01-31", "code": "OTHER", "item": "1"})

        lot.refresh_from_db()
        assert lot.expires_on.isoformat() == "2030-01-31"
        assert (lot.code, lot.item) == ("OLD", jam)
        assert "Expires on" in LogEntry.objects.get(object_id=str(lot.pk)).get_change_message()

    def test_is_not_made_or_deleted(self, admin_client, jam):
        lot = Lot.objects.get(code="OLD")

        assert admin_client.get(reverse("admin:inventory_lot_add")).status_code == 403
        gone = admin_client.post(
            reverse("admin:inventory_lot_delete", args=[lot.pk]), {"post": "yes"}
        )
        assert gone.status_code == 403
        assert Lot.objects.filter(pk=lot.pk).exists()

    def test_an_item_with_stock_keeps_its_tracking(self, admin_client, jam):
        url = reverse("admin:inventory_item_change", args=[jam.pk])
        form = admin_client.get(url).context["adminform"].form
        fields = {name: form[name].value() for name in form.fields}
        inline = {"barcodes-TOTAL_FORMS": "0", "barcodes-INITIAL_FORMS": "0"}
        sent = {name: value for name, value in fields.items() if value not in (None, False)}

        answer = admin_client.post(url, {**sent, **inline, "tracking": "none"})

        assert "tracking" in answer.context["adminform"].form.errors
        jam.refresh_from_db()
        assert jam.tracking == "lot"

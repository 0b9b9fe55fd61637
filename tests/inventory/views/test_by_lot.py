"""The forms on the page of an item that is tracked by lot."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.models import Lot, StockLevel
from tests.factories import make_item, make_place
from tests.inventory.views.acts import PART, hidden, send, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def jam(warehouse):
    """Five of a lot that expires late and three of one that is out of date, at A-01."""
    item = make_item(sku="JAM", tracking="lot")
    make_place(code="A-01")
    make_place(code="B-01")
    receive(warehouse, item, 5, "LATE", "2099-03-01")
    receive(warehouse, item, 3, "OLD", "2020-03-01")
    return item


def url_of(act, item):
    return reverse(f"inventory:{act}", args=[item.pk])


def receive(client, item, quantity, lot, expires_on):
    return send(
        client,
        url_of("receive-stock", item),
        place="A-01",
        quantity=str(quantity),
        lot=lot,
        expires_on=expires_on,
    )


def standing():
    levels = StockLevel.objects.filter(on_hand__gt=0).select_related("location", "lot")
    return {(level.location.code, level.lot.code): level.on_hand for level in levels}


class TestReceive:
    def test_asks_for_lot_and_expiry(self, warehouse, jam):
        form = warehouse.get(url_of("receive-stock", jam), headers=PART)

        assert re.search(r"Lot\b.*Expires on", text_of(form))

    def test_of_what_is_not_tracked_asks_for_none(self, warehouse):
        form = warehouse.get(url_of("receive-stock", make_item()), headers=PART)

        assert 'name="lot"' not in form.content.decode()

    def test_makes_the_lot(self, warehouse, jam):
        receive(warehouse, jam, 2, "NEW", "2099-12-24")

        assert Lot.objects.get(code="NEW").expires_on == date(2099, 12, 24)
        assert standing()["A-01", "NEW"] == 2

    @pytest.mark.parametrize(
        ("lot", "expires_on", "said"),
        [
            ("", "2099-12-24", "Which lot? It is on the package."),
            ("NEW", "tomorrow", "A day, please: 2027-03-01."),
            ("NEW 1", "", "No blank in it."),
            ("LATE", "2099-12-24", "Lot LATE of JAM expires on 1 March 2099."),
        ],
    )
    def test_refuses_what_cannot_be(self, warehouse, jam, lot, expires_on, said):
        before = standing()

        answer = receive(warehouse, jam, 2, lot, expires_on)

        assert answer.status_code == 422
        assert said in text_of(answer)
        assert standing() == before


class TestShip:
    def test_takes_what_expires_first(self, warehouse, jam):
        send(warehouse, url_of("ship-stock", jam), place="A-01", quantity="4")

        assert standing() == {("A-01", "LATE"): 4}

    def test_or_the_lot_that_is_named(self, warehouse, jam):
        send(warehouse, url_of("ship-stock", jam), place="A-01", quantity="4", lot="late")

        assert standing() == {("A-01", "LATE"): 1, ("A-01", "OLD"): 3}

    def test_a_lot_that_nobody_knows_is_refused(self, warehouse, jam):
        answer = send(warehouse, url_of("ship-stock", jam), place="A-01", quantity="1", lot="X")

        assert answer.status_code == 422
        assert "JAM has no lot X." in text_of(answer)

    def test_shows_the_lots_to_choose_from(self, warehouse, jam):
        form = warehouse.get(url_of("ship-stock", jam), headers=PART)

        assert "OLD, expired 1 Mar 2020 3 free" in text_of(form)


class TestCount:
    def test_is_of_one_lot(self, warehouse, jam):
        url = url_of("count-stock", jam)
        form = warehouse.get(url, {"at": "A-01", "lot": "OLD"}, headers=PART)
        kept = {name: hidden(form, name) for name in ("place", "seen_on_hand", "seen_version")}

        send(warehouse, url, **kept, lot=hidden(form, "lot"), counted="2")

        assert standing() == {("A-01", "LATE"): 5, ("A-01", "OLD"): 2}

    @pytest.mark.parametrize("lot", ["", "NONE", "\x00"])
    def test_of_no_lot_is_not_found(self, warehouse, jam, lot):
        answer = warehouse.get(url_of("count-stock", jam), {"at": "A-01", "lot": lot})

        assert answer.status_code == 404


def test_the_page_shows_each_lot_where_it_stands(warehouse, jam):
    page = text_of(warehouse.get(jam.get_absolute_url()))

    assert "OLD, expired 1 Mar 2020" in page
    assert "LATE, until 1 Mar 2099" in page


def test_the_last_day_is_still_good(warehouse, jam):
    today = timezone.localdate()

    assert not Lot(code="A", expires_on=today).is_out_of_date
    assert Lot(code="A", expires_on=today - timedelta(days=1)).is_out_of_date

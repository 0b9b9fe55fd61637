"""Moving an item, setting it apart, throwing it away: the forms on its page."""

import pytest
from django.urls import reverse

from inventory.models import HoldLine, HoldStatus, StockLevel
from tests.factories import make_item, make_place, make_stock, make_user
from tests.inventory.test_holds import hold
from tests.inventory.views.acts import PART, offered, send, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    """Five mugs at A-01; B-01 sells, Q-01 does not, ZONE only groups."""
    make_place(code="B-01")
    make_place(code="Q-01", sellable=False)
    make_place(code="ZONE", structural=True)
    return make_stock(5, item=make_item(sku="MUG"), place=make_place(code="A-01"))


@pytest.fixture
def support():
    return make_user(name="Support 1")


def url_of(act, shelf):
    return reverse(f"inventory:{act}", args=[shelf.item_id])


def ask(client, act, shelf, **fields):
    return send(client, url_of(act, shelf), **({"place": "A-01", "quantity": "5"} | fields))


def standing():
    levels = StockLevel.objects.filter(on_hand__gt=0).select_related("location")
    return {level.location.code: level.on_hand for level in levels}


class TestMove:
    def test_opens_at_the_only_place_where_it_stands(self, warehouse, shelf):
        form = warehouse.get(url_of("move-stock", shelf), headers=PART)

        assert 'value="A-01"' in form.content.decode()

    def test_brings_it_there_and_offers_to_undo(self, warehouse, shelf):
        answer = ask(warehouse, "move-stock", shelf, quantity="2", to_place="b-01")

        assert answer["HX-Redirect"] == shelf.item.get_absolute_url()
        assert standing() == {"A-01": 3, "B-01": 2}
        page = text_of(warehouse.get(answer["HX-Redirect"]))
        assert "Moved 2 to B-01. On hand there now: 2." in page
        assert "Undo" in page

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"to_place": ""}, "Which place?"),
            ({"to_place": "A-01"}, "It stands at A-01 already."),
            ({"to_place": "ZONE"}, "it only groups other places"),
            ({"to_place": "NOWHERE"}, "No place has the code"),
            ({"to_place": "B-01", "quantity": "6"}, "5 of MUG can be taken from A-01, not 6."),
            ({"to_place": "B-01", "quantity": "0"}, "At least 1."),
        ],
    )
    def test_refuses_what_cannot_be(self, warehouse, shelf, fields, said):
        answer = ask(warehouse, "move-stock", shelf, **fields)

        assert answer.status_code == 422
        assert said in text_of(answer)
        assert standing() == {"A-01": 5}

    def test_takes_the_hold_along_unasked(self, warehouse, shelf, support):
        made = hold(5, actor=support)

        ask(warehouse, "move-stock", shelf, to_place="B-01")

        assert HoldLine.objects.get(hold=made).level.location.code == "B-01"

    def test_to_where_nothing_is_sold_says_whom_it_breaks(self, warehouse, shelf, support):
        made = hold(4, actor=support, contact="Visitor 12")

        warned = ask(warehouse, "move-stock", shelf, to_place="Q-01")

        assert warned.status_code == 422
        assert f"Hold {made.pk} for Visitor 12, made by Support 1, loses 4" in text_of(warned)
        assert "Nothing was written" in text_of(warned)
        assert standing() == {"A-01": 5}

    def test_and_breaks_them_when_told_again(self, warehouse, shelf, support):
        made = hold(4, actor=support)
        warned = ask(warehouse, "move-stock", shelf, to_place="Q-01")

        ask(warehouse, "move-stock", shelf, to_place="Q-01", accepts=offered(warned, "accepts"))

        made.refresh_from_db()
        assert made.status == HoldStatus.BROKEN
        assert standing() == {"Q-01": 5}

    def test_but_not_those_that_came_meanwhile(self, warehouse, shelf, support):
        hold(4, actor=support)
        warned = ask(warehouse, "move-stock", shelf, to_place="Q-01")
        late = hold(1, actor=support)

        again = ask(
            warehouse, "move-stock", shelf, to_place="Q-01", accepts=offered(warned, "accepts")
        )

        assert f"Hold {late.pk}" in text_of(again)
        assert standing() == {"A-01": 5}


class TestSetApart:
    def test_then_restored(self, warehouse, shelf):
        apart = ask(warehouse, "quarantine-stock", shelf, quantity="3", reason="damaged")
        page = text_of(warehouse.get(apart["HX-Redirect"]))
        assert "Set apart 3 at A-01. Set apart there now: 3." in page

        back = ask(warehouse, "restore-stock", shelf, quantity="2")

        assert "Restored 2 at A-01. Set apart there now: 1." in text_of(
            warehouse.get(back["HX-Redirect"])
        )

    def test_needs_a_reason(self, warehouse, shelf):
        answer = ask(warehouse, "quarantine-stock", shelf, reason="")

        assert "Choose the reason" in text_of(answer)

    def test_no_more_is_restored_than_is_set_apart(self, warehouse, shelf):
        answer = ask(warehouse, "restore-stock", shelf, quantity="1")

        assert answer.status_code == 422
        assert "0 of MUG can be taken from A-01, not 1." in text_of(answer)

    def test_says_when_nothing_is(self, warehouse, shelf):
        form = warehouse.get(url_of("restore-stock", shelf), headers=PART)

        assert "Nothing of it is set apart." in text_of(form)


def test_scrap_says_whom_it_breaks(warehouse, shelf, support):
    made = hold(4, actor=support)

    warned = ask(warehouse, "scrap-stock", shelf, quantity="2", reason="damaged")
    ask(
        warehouse,
        "scrap-stock",
        shelf,
        quantity="2",
        reason="damaged",
        accepts=offered(warned, "accepts"),
    )

    assert f"Hold {made.pk}" in text_of(warned)
    assert standing() == {"A-01": 3}
    assert [line.quantity for line in made.lines.all()] == [3]


def test_adjusting_below_what_is_promised_says_whom_it_breaks(warehouse, shelf, support):
    made = hold(4, actor=support)
    fields = {"place": "A-01", "delta": "-2", "reason": "lost"}

    warned = send(warehouse, url_of("adjust-stock", shelf), **fields)
    send(warehouse, url_of("adjust-stock", shelf), **fields, accepts=offered(warned, "accepts"))

    assert f"Hold {made.pk}" in text_of(warned)
    assert [line.quantity for line in made.lines.all()] == [3]

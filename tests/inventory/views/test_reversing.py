"""Undoing a line of the ledger."""

import pytest
from django.urls import reverse

from inventory import operations
from inventory.models import StockMovement
from tests.factories import make_stock, make_user
from tests.inventory.views.acts import PART, send, text_of

pytestmark = pytest.mark.django_db


def shipped(quantity: int, *, of: int, reference: str = "") -> StockMovement:
    """A shipment out of a level that held `of`."""
    shelf = make_stock(of)
    return operations.ship_stock(
        sku=shelf.item.sku,
        place=shelf.location.code,
        quantity=quantity,
        reference=reference,
        actor=make_user(),
    )


def url_of(movement: StockMovement) -> str:
    return reverse("inventory:reverse-movement", args=[movement.pk])


class TestReverseMovement:
    def test_shows_the_effect_before(self, warehouse):
        line = shipped(5, of=20, reference="order:1042")

        said = text_of(warehouse.get(url_of(line), headers=PART))

        assert "“Shipped −5”" in said
        assert "for order:1042" in said
        assert "on hand 15 → 20" in said
        assert f"Reverse: +5 at {line.level.location.code}" in said

    def test_puts_the_balance_back_and_links_both_lines(self, warehouse):
        line = shipped(5, of=20)

        answer = send(warehouse, url_of(line), note="wrong order")

        back = StockMovement.objects.get(reversal_of=line)
        line.level.refresh_from_db()
        page = warehouse.get(answer["HX-Redirect"]).content.decode()
        assert line.level.on_hand == 20
        assert back.note.text == "wrong order"
        assert f'<a href="#line-{line.pk}">Shipment reversed</a>' in page
        assert f'<a href="#line-{back.pk}">reversed</a>' in page

    def test_a_second_time_is_refused(self, warehouse):
        line = shipped(5, of=20)
        send(warehouse, url_of(line))

        answer = send(warehouse, url_of(line))

        assert answer.status_code == 422
        assert "This line has been reversed already." in text_of(answer)
        assert line.level.movements.count() == 3

    def test_says_beforehand_that_somebody_has(self, warehouse):
        line = shipped(5, of=20)
        send(warehouse, url_of(line))

        page = warehouse.get(url_of(line), headers=PART)

        assert "Somebody has reversed it already" in text_of(page)
        assert "<button" not in page.content.decode()

    def test_what_is_no_longer_free_cannot_be_taken_back(self, warehouse):
        line = shipped(15, of=20)
        receipt = line.level.movements.get(version=1)

        page = text_of(warehouse.get(url_of(receipt), headers=PART))
        answer = send(warehouse, url_of(receipt))

        assert "Only 5 of the 20 are still free" in page
        assert answer.status_code == 422
        assert "5 of 20" in text_of(answer)
        assert line.level.movements.count() == 2

    def test_a_reversal_is_not_reversed(self, warehouse):
        line = shipped(5, of=20)
        send(warehouse, url_of(line))
        back = StockMovement.objects.get(reversal_of=line)

        answer = send(warehouse, url_of(back))

        assert answer.status_code == 422
        assert "Only a receipt, shipment, return, adjustment or move" in text_of(answer)

    def test_the_undo_of_a_toast_needs_no_more_than_its_key(self, warehouse):
        line = shipped(5, of=20)
        key = "0b8f34a4-5f3c-4f0b-9d4f-1f6b8a6f0a03"

        answers = [warehouse.post(url_of(line), {"form_key": key}) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [303, 303]
        assert line.level.movements.count() == 3

    def test_the_toast_of_an_undo_offers_none(self, warehouse):
        line = shipped(5, of=20)
        answer = send(warehouse, url_of(line))

        page = warehouse.get(answer["HX-Redirect"])

        assert "Shipment reversed +5" in text_of(page)
        assert b"<button>Undo</button>" not in page.content

    def test_support_may_not(self, support):
        line = shipped(5, of=20)

        answer = send(support, url_of(line))

        assert answer.status_code == 403
        assert line.level.movements.count() == 2

    def test_a_line_that_is_none_is_not_found(self, warehouse):
        assert warehouse.get("/movements/999999/reverse").status_code == 404

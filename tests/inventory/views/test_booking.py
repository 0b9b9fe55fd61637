"""Receive, ship, return and adjust from the page of an item."""

import pytest
from django.urls import reverse

from inventory.models import Item, StockLevel, StockMovement
from tests.factories import make_item, make_place, make_site, make_stock
from tests.inventory.views.acts import PART, send, text_of

pytestmark = pytest.mark.django_db

ACTS = ["receive-stock", "ship-stock", "return-stock", "adjust-stock"]


def url_of(act: str, item: Item) -> str:
    return reverse(f"inventory:{act}", args=[item.pk])


def on_hand(item: Item) -> int:
    return sum(StockLevel.objects.filter(item=item).values_list("on_hand", flat=True))


class TestWhatIsTyped:
    @pytest.mark.parametrize(
        "typed", ["1.000", "1_0", "20.", "1e3", "\u0661\u0662", "0x10", "1,000", ""]
    )
    def test_a_quantity_is_plain_digits(self, warehouse, typed):
        shelf = make_stock(44)

        answer = send(
            warehouse,
            url_of("receive-stock", shelf.item),
            place=shelf.location.code,
            quantity=typed,
        )

        assert answer.status_code == 422
        assert "whole number" in text_of(answer)
        assert on_hand(shelf.item) == 44

    def test_a_change_may_be_copied_from_the_page_with_its_real_minus(self, warehouse):
        shelf = make_stock(44)

        send(
            warehouse,
            url_of("adjust-stock", shelf.item),
            place=shelf.location.code,
            delta="\N{MINUS SIGN}4",
            reason="lost",
        )

        assert on_hand(shelf.item) == 40

    @pytest.mark.parametrize("reference", ["a\tb", "po 1\u00a07", "r\nx", "\x1b[2J"])
    def test_a_reference_can_be_found_again(self, warehouse, reference):
        shelf = make_stock(44)

        answer = send(
            warehouse,
            url_of("receive-stock", shelf.item),
            place=shelf.location.code,
            quantity="1",
            reference=reference,
        )

        assert answer.status_code == 422
        assert "cannot be seen or typed" in text_of(answer)
        assert on_hand(shelf.item) == 44

    def test_what_only_imports_say_is_no_reason_to_choose(self, warehouse):
        shelf = make_stock(44)

        form = warehouse.get(url_of("adjust-stock", shelf.item), headers=PART)

        assert "Damaged" in text_of(form)
        assert "From the sales history" not in text_of(form)


class TestReceiveStock:
    def test_books_in_and_says_so_with_an_undo(self, warehouse):
        shelf = make_stock(44)

        answer = send(
            warehouse,
            url_of("receive-stock", shelf.item),
            place=shelf.location.code.lower(),
            quantity="20",
            reference="delivery:2041",
            note="two boxes were wet",
        )

        shelf.refresh_from_db()
        line = shelf.movements.get(version=2)
        assert (answer.status_code, answer["HX-Redirect"]) == (200, shelf.item.get_absolute_url())
        assert (shelf.on_hand, line.reference, line.note.text) == (
            64,
            "delivery:2041",
            "two boxes were wet",
        )
        page = warehouse.get(shelf.item.get_absolute_url())
        assert f"Received 20 at {shelf.location.code}. On hand there now: 64." in text_of(page)
        assert reverse("inventory:reverse-movement", args=[line.pk]) in page.content.decode()

    def test_works_without_any_script(self, warehouse):
        shelf = make_stock(1)
        url = url_of("receive-stock", shelf.item)

        page = warehouse.get(url)
        sent = {"place": shelf.location.code, "quantity": "2", "form_key": _key(page)}
        answer = warehouse.post(url, sent)

        assert (answer.status_code, answer["Location"]) == (303, shelf.item.get_absolute_url())
        assert on_hand(shelf.item) == 3

    def test_knows_the_only_place_that_holds_it(self, warehouse):
        shelf = make_stock(1)

        form = warehouse.get(url_of("receive-stock", shelf.item), headers=PART)

        assert f'value="{shelf.location.code}"' in form.content.decode()
        assert b"<html" not in form.content

    def test_a_double_click_books_once(self, warehouse):
        shelf = make_stock(1)
        asked = {"place": shelf.location.code, "quantity": "5"}
        url = url_of("receive-stock", shelf.item)
        key = "0b8f34a4-5f3c-4f0b-9d4f-1f6b8a6f0a01"

        first = send(warehouse, url, key=key, **asked)
        second = send(warehouse, url, key=key, **asked)

        assert first["HX-Redirect"] == second["HX-Redirect"]
        assert on_hand(shelf.item) == 6

    def test_refuses_a_key_that_was_used_for_something_else(self, warehouse):
        shelf = make_stock(1)
        url = url_of("receive-stock", shelf.item)
        key = "0b8f34a4-5f3c-4f0b-9d4f-1f6b8a6f0a02"
        send(warehouse, url, key=key, place=shelf.location.code, quantity="5")

        answer = send(warehouse, url, key=key, place=shelf.location.code, quantity="6")

        assert answer.status_code == 422
        assert "This key was used for something else" in text_of(answer)
        assert on_hand(shelf.item) == 6

    def test_refuses_a_form_that_lost_its_key(self, warehouse):
        shelf = make_stock(1)

        answer = warehouse.post(
            url_of("receive-stock", shelf.item), {"place": shelf.location.code, "quantity": "5"}
        )

        assert answer.status_code == 422
        assert on_hand(shelf.item) == 1

    def test_says_that_an_item_is_not_kept_in_stock(self, warehouse):
        postage, place = make_item(stocked=False), make_place()

        answer = send(warehouse, url_of("receive-stock", postage), place=place.code, quantity="1")

        assert answer.status_code == 422
        assert "is not kept in stock, only sold" in text_of(answer)


class TestShipStock:
    def test_books_out(self, warehouse):
        shelf = make_stock(20)

        send(
            warehouse,
            url_of("ship-stock", shelf.item),
            place=shelf.location.code,
            quantity="5",
            reference="order:1042",
        )

        shelf.refresh_from_db()
        assert (shelf.on_hand, shelf.movements.last().reference) == (15, "order:1042")

    def test_refuses_more_than_is_there_and_offers_what_is(self, warehouse):
        shelf = make_stock(15)
        code = shelf.location.code

        answer = send(warehouse, url_of("ship-stock", shelf.item), place=code, quantity="500")

        said = text_of(answer)
        assert answer.status_code == 422
        assert f"15 of {shelf.item.sku} can be taken from {code}, not 500." in said
        assert "15 of 500" in said
        assert "Nothing was written" in said
        assert 'name="quantity" value="15"' in answer.content.decode()
        assert on_hand(shelf.item) == 15
        assert shelf.movements.count() == 1

    def test_the_offer_is_taken_by_the_button_alone(self, warehouse):
        shelf = make_stock(15)

        # A browser sends the field and then the button, which has the same name.
        send(
            warehouse,
            url_of("ship-stock", shelf.item),
            place=shelf.location.code,
            quantity=["500", "15"],
        )

        assert on_hand(shelf.item) == 0

    def test_offers_nothing_where_nothing_is(self, warehouse):
        shelf, elsewhere = make_stock(15), make_place()

        answer = send(
            warehouse, url_of("ship-stock", shelf.item), place=elsewhere.code, quantity="1"
        )

        assert f"0 of {shelf.item.sku} can be taken from {elsewhere.code}" in text_of(answer)
        assert 'name="quantity" value="0"' not in answer.content.decode()
        assert not StockLevel.objects.filter(location=elsewhere).exists()

    def test_says_what_is_free_at_each_place(self, warehouse):
        shelf = make_stock(15)
        make_stock(4, item=shelf.item)

        form = warehouse.get(url_of("ship-stock", shelf.item), headers=PART)

        assert {"15 free", "4 free"} <= set(_free(form))


class TestReturnStock:
    def test_books_in_with_a_reason(self, warehouse):
        shelf = make_stock(1)

        send(
            warehouse,
            url_of("return-stock", shelf.item),
            place=shelf.location.code,
            quantity="2",
            reason="unwanted",
        )

        line = shelf.movements.get(version=2)
        assert (line.kind, line.on_hand_delta, line.reason.code) == ("return", 2, "unwanted")

    def test_asks_why(self, warehouse):
        shelf = make_stock(1)

        answer = send(
            warehouse,
            url_of("return-stock", shelf.item),
            place=shelf.location.code,
            quantity="2",
        )

        assert answer.status_code == 422
        assert "Why? Choose the reason that fits best." in text_of(answer)
        assert on_hand(shelf.item) == 1


class TestAdjustStock:
    def test_changes_by_what_is_said_and_no_more(self, warehouse):
        shelf = make_stock(44)

        answer = send(
            warehouse,
            url_of("adjust-stock", shelf.item),
            place=shelf.location.code,
            delta="-1",
            reason="damaged",
        )

        shelf.refresh_from_db()
        assert (shelf.on_hand, shelf.movements.last().reason.code) == (43, "damaged")
        assert "Damaged −1 at" in text_of(warehouse.get(answer["HX-Redirect"]))

    def test_refuses_to_take_what_is_not_there(self, warehouse):
        shelf = make_stock(4)

        answer = send(
            warehouse,
            url_of("adjust-stock", shelf.item),
            place=shelf.location.code,
            delta="-5",
            reason="damaged",
        )

        assert answer.status_code == 422
        assert "4 of 5" in text_of(answer)
        assert on_hand(shelf.item) == 4

    def test_zero_changes_nothing_and_is_refused(self, warehouse):
        shelf = make_stock(4)

        answer = send(
            warehouse,
            url_of("adjust-stock", shelf.item),
            place=shelf.location.code,
            delta="0",
            reason="damaged",
        )

        assert answer.status_code == 422
        assert "Zero changes nothing" in text_of(answer)

    def test_offers_the_reasons_for_adjusting_alone(self, warehouse):
        shelf = make_stock(4)

        form = text_of(warehouse.get(url_of("adjust-stock", shelf.item), headers=PART))

        assert "Damaged" in form
        assert "Unwanted" not in form


class TestBadInput:
    @pytest.mark.parametrize(
        ("quantity", "said"),
        [
            ("0", "At least 1."),
            ("-5", "At least 1."),
            (str(10**18), "At most 1,000,000,000 in one line."),
            ("9" * 5000, "A whole number, please"),
            ("1.5", "A whole number, please"),
            ("a dozen", "A whole number, please"),
            ("", "How many? A whole number."),
            ("5\x00", "A whole number, please"),
        ],
    )
    @pytest.mark.parametrize("act", ["receive-stock", "ship-stock"])
    def test_a_quantity_that_is_none(self, warehouse, act, quantity, said):
        shelf = make_stock(10)

        answer = send(
            warehouse, url_of(act, shelf.item), place=shelf.location.code, quantity=quantity
        )

        assert answer.status_code == 422
        assert said in text_of(answer)
        assert shelf.movements.count() == 1

    @pytest.mark.parametrize(
        ("place", "said"),
        [
            ("", "Which place?"),
            ("nowhere", "No place has the code “nowhere”."),
            ("A" * 33, "A code has at most 32 characters."),
            ("A" * 1024 * 1024, "A code has at most 32 characters."),
            ("A\x0001", "Null characters are not allowed."),
        ],
    )
    def test_a_place_that_is_none(self, warehouse, place, said):
        shelf = make_stock(10)

        answer = send(warehouse, url_of("receive-stock", shelf.item), place=place, quantity="1")

        assert answer.status_code == 422
        assert said in text_of(answer)
        assert shelf.movements.count() == 1

    def test_a_place_that_only_groups_others(self, warehouse):
        shelf, zone = make_stock(10), make_site(code="ZONE-7", structural=True)

        answer = send(warehouse, url_of("receive-stock", shelf.item), place=zone.code, quantity="1")

        assert answer.status_code == 422
        assert "Nothing can stand at ZONE-7" in text_of(answer)

    @pytest.mark.parametrize(("field", "most"), [("reference", 100), ("note", 500)])
    def test_a_text_without_end(self, warehouse, field, most):
        shelf = make_stock(10)
        fields = {"place": shelf.location.code, "quantity": "1", field: "x" * 1024 * 1024}

        answer = send(warehouse, url_of("receive-stock", shelf.item), **fields)

        assert answer.status_code == 422
        assert f"at most {most} characters" in text_of(answer)
        assert shelf.movements.count() == 1

    def test_more_than_a_form_may_carry(self, warehouse):
        shelf = make_stock(10)
        fields = {"place": shelf.location.code, "quantity": "1", "note": "x" * 3 * 1024 * 1024}

        answer = send(warehouse, url_of("receive-stock", shelf.item), **fields)

        assert answer.status_code == 400
        assert "more text than a form may carry" in text_of(answer)
        assert shelf.movements.count() == 1

    @pytest.mark.parametrize("act", ACTS)
    def test_an_item_that_is_none(self, warehouse, act):
        assert warehouse.get(reverse(f"inventory:{act}", args=[2**62])).status_code == 404

    def test_what_was_typed_is_shown_as_text(self, warehouse):
        shelf = make_stock(10)

        answer = send(
            warehouse,
            url_of("receive-stock", shelf.item),
            place="<script>alert(1)</script>",
            quantity="1",
        )

        assert "<script>alert" not in answer.content.decode()


class TestWhoMay:
    @pytest.mark.parametrize("act", ACTS)
    def test_support_may_not_and_nothing_changes(self, support, act):
        shelf = make_stock(10)
        url = url_of(act, shelf.item)
        asked = {"place": shelf.location.code, "quantity": "1", "delta": "1", "reason": "damaged"}

        answers = [support.get(url), support.post(url, asked), send(support, url, **asked)]

        assert [answer.status_code for answer in answers] == [403, 403, 403]
        assert "You may not do this" in text_of(answers[1])
        assert StockMovement.objects.count() == 1

    def test_purchasing_receives_and_does_not_ship(self, purchasing):
        shelf = make_stock(10)
        asked = {"place": shelf.location.code, "quantity": "1"}

        received = send(purchasing, url_of("receive-stock", shelf.item), **asked)
        shipped = send(purchasing, url_of("ship-stock", shelf.item), **asked)

        assert (received.status_code, shipped.status_code) == (200, 403)
        assert on_hand(shelf.item) == 11

    @pytest.mark.parametrize("act", ACTS)
    def test_a_stranger_is_sent_to_sign_in(self, client, act):
        url = url_of(act, make_item())

        assert client.post(url, {"quantity": "1"})["Location"].startswith("/account/login/")


def _key(page) -> str:
    content = page.content.decode()
    start = content.index('name="form_key" value="') + len('name="form_key" value="')
    return content[start : start + 36]


def _free(form) -> list[str]:
    words = text_of(form).split()
    return [f"{words[at - 1]} free" for at, word in enumerate(words) if word == "free"]

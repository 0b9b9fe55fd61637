"""Adjusting one place by what was counted there."""

import pytest
from django.urls import reverse

from inventory.models import StockLevel
from tests.acts import adjust
from tests.factories import make_place, make_stock, make_user
from tests.inventory.test_holds import hold
from tests.inventory.views.acts import PART, hidden, offered, send, text_of

pytestmark = pytest.mark.django_db


class Form:
    """The form that somebody opened at a place, and sends when they have counted."""

    def __init__(self, client, level: StockLevel):
        self.client = client
        self.url = reverse("inventory:count-stock", args=[level.item_id])
        self.take(client.get(self.url, {"at": level.location.code}, headers=PART))

    def take(self, answer):
        names = ["form_key", "place", "seen_on_hand", "seen_version"]
        self.kept = {name: hidden(answer, name) for name in names}

    def count(self, number, *, reason="miscounted", **changed):
        fields = self.kept | {"counted": number, "reason": reason} | changed
        return send(self.client, self.url, key=fields.pop("form_key"), **fields)


class TestCounted:
    def test_opens_with_what_should_be_there(self, warehouse):
        shelf = make_stock(44)

        form = Form(warehouse, shelf)

        assert form.kept["seen_on_hand"] == "44"
        assert form.kept["place"] == shelf.location.code

    def test_books_the_difference(self, warehouse):
        shelf = make_stock(44)

        answer = Form(warehouse, shelf).count(43)

        line = shelf.movements.get(version=2)
        assert answer["HX-Redirect"] == shelf.item.get_absolute_url()
        assert (line.kind, line.on_hand_delta, line.on_hand_after) == ("count", -1, 43)

    def test_zero_may_be_counted(self, warehouse):
        shelf = make_stock(44)

        Form(warehouse, shelf).count(0)

        shelf.refresh_from_db()
        assert shelf.on_hand == 0

    def test_that_the_ledger_was_right_is_booked_too(self, warehouse):
        shelf = make_stock(44)

        answer = Form(warehouse, shelf).count(44)

        assert answer["HX-Redirect"] == shelf.item.get_absolute_url()
        line = shelf.movements.get(version=2)
        assert (line.kind, line.on_hand_delta) == ("count", 0)

    @pytest.mark.parametrize(
        ("number", "said"),
        [
            ("", "How many stand there?"),
            ("-1", "At least 0."),
            (str(10**18), "At most 1,000,000,000 can be counted here."),
            ("many", "A whole number, please"),
        ],
    )
    def test_refuses_what_is_no_count(self, warehouse, number, said):
        shelf = make_stock(44)

        answer = Form(warehouse, shelf).count(number)

        assert answer.status_code == 422
        assert said in text_of(answer)
        assert shelf.movements.count() == 1

    def test_needs_no_reason(self, warehouse):
        shelf = make_stock(44)

        Form(warehouse, shelf).count(43, reason="")

        assert shelf.movements.get(version=2).reason is None

    def test_goods_held_meanwhile_are_no_change_of_what_was_counted(self, warehouse):
        shelf = make_stock(44)
        form = Form(warehouse, shelf)
        hold(2, item=shelf.item.sku, actor=make_user())

        form.count(43)

        assert shelf.movements.get(version=3).on_hand_delta == -1

    def test_warns_whom_it_breaks_and_breaks_them_when_told_again(self, warehouse):
        shelf = make_stock(5)
        made = hold(5, item=shelf.item.sku, actor=make_user(), contact="Visitor 12")
        form = Form(warehouse, shelf)

        warned = form.count(3)

        assert warned.status_code == 422
        assert f"Hold {made.pk} for Visitor 12, made by Warehouse 1, loses 2" in text_of(warned)
        assert shelf.movements.count() == 2
        form.take(warned)
        answer = form.count(3, accepts=offered(warned, "accepts"))
        assert answer["HX-Redirect"] == shelf.item.get_absolute_url()
        assert [line.quantity for line in made.lines.all()] == [3]

    def test_what_it_breaks_cannot_be_made_up(self, warehouse):
        shelf = make_stock(5)

        for accepts in ("[", "[[1]]", '{"a": 1}', "[1]"):
            answer = Form(warehouse, shelf).count(3, accepts=accepts)

            assert answer.status_code == 422
            assert "Open the form again" in text_of(answer)

    def test_works_without_any_script(self, warehouse):
        shelf = make_stock(44)
        form = Form(warehouse, shelf)
        page = warehouse.get(form.url, {"at": shelf.location.code})

        answer = warehouse.post(form.url, form.kept | {"counted": "50", "reason": "found"})

        assert b"<html" in page.content
        assert answer.status_code == 303
        assert shelf.movements.get(version=2).on_hand_delta == 6

    def test_a_place_where_it_never_stood_is_not_found(self, warehouse):
        shelf = make_stock(44)
        url = reverse("inventory:count-stock", args=[shelf.item_id])

        answers = [
            warehouse.get(url, {"at": at}) for at in (make_place().code, "nowhere", "A\x00", "")
        ]

        assert {answer.status_code for answer in answers} == {404}

    @pytest.mark.parametrize(
        "edited",
        [{"seen_version": "9" * 30}, {"seen_on_hand": ""}, {"seen_version": "x"}],
    )
    def test_an_edited_form_books_nothing(self, warehouse, edited):
        shelf = make_stock(44)

        answer = Form(warehouse, shelf).count(43, **edited)

        assert answer.status_code == 422
        assert shelf.movements.count() == 1


class TestCountedMeanwhile:
    def test_says_what_happened_and_writes_nothing(self, warehouse):
        shelf = make_stock(44)
        form = Form(warehouse, shelf)
        adjust(shelf, by=-4, reason="damaged")

        answer = form.count(43)

        said = text_of(answer)
        shelf.refresh_from_db()
        assert answer.status_code == 409
        assert "The shelf changed while you were typing" in said
        assert "You opened the form 44" in said
        assert "Damaged, by Warehouse 1 −4 40" in said
        assert "You counted 43 −1 40" in said
        assert "Nothing was written" in said
        assert shelf.on_hand == 40

    def test_who_counted_before_adds_the_same_change(self, warehouse):
        shelf = make_stock(44)
        form = Form(warehouse, shelf)
        adjust(shelf, by=-4)
        answer = form.count(43)
        assert 'name="counted" value="39"' in answer.content.decode()
        form.take(answer)

        form.count(["43", "39"])

        shelf.refresh_from_db()
        assert shelf.on_hand == 39
        assert [line.on_hand_delta for line in shelf.movements.order_by("version")] == [44, -4, -1]

    def test_who_counted_after_books_the_new_difference(self, warehouse):
        shelf = make_stock(44)
        form = Form(warehouse, shelf)
        adjust(shelf, by=-4)
        form.take(form.count(43))

        form.count(43)

        shelf.refresh_from_db()
        assert shelf.on_hand == 43
        assert shelf.movements.get(version=3).on_hand_delta == 3

    def test_it_may_change_again(self, warehouse):
        shelf = make_stock(44)
        form = Form(warehouse, shelf)
        adjust(shelf, by=-4)
        form.take(form.count(43))
        adjust(shelf, by=+1)

        answer = form.count(43)

        assert answer.status_code == 409
        assert "You opened the form 40" in text_of(answer)

    def test_says_when_others_have_corrected_it_already(self, warehouse):
        shelf = make_stock(44)
        form = Form(warehouse, shelf)
        adjust(shelf, by=-1)

        answer = form.count(43)

        assert answer.status_code == 409
        assert "You counted 43 −1 43" in text_of(answer)

    def test_offers_no_change_that_takes_more_than_there_is(self, warehouse):
        shelf = make_stock(44)
        form = Form(warehouse, shelf)
        adjust(shelf, by=-44)

        answer = form.count(43)

        assert answer.status_code == 409
        assert "Counted before" not in text_of(answer)

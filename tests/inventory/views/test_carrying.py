"""Moving with a scanner: the second place books what was taken, row by row."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from inventory import operations
from inventory.models import Barcode, Item, Lot, Pack, StockLevel, StockMovement
from tests.factories import grant, make_item, make_place, make_stock, make_user
from tests.inventory.test_holds import hold
from tests.inventory.views.acts import PART, make_person, offered, send, text_of

pytestmark = pytest.mark.django_db

URL = "/move"


@pytest.fixture
def shelf():
    """Five mugs and two trays at A-01; B-01 sells too, Q-01 does not."""
    place = make_place(code="A-01")
    for sku, quantity in (("MUG", 5), ("TRAY", 2)):
        make_stock(quantity, item=make_item(sku=sku), place=place)
    make_place(code="B-01")
    make_place(code="Q-01", sellable=False)
    return place


class Scanner:
    """A page that is open: it sends what the last answer had in its form, and what is scanned."""

    def __init__(self, client: Client) -> None:
        self.client, self.fields = client, {"form_key": str(uuid4())}
        self.answer = client.get(URL)

    def __call__(self, *codes: str, **fields):
        for code in codes:
            self.send(code=code, **fields)
        return text_of(self.answer)

    def press(self, button: str, value: str = "1", **fields):
        self.send(**{button: value}, **fields)
        return text_of(self.answer)

    def send(self, **fields):
        self.answer = self.client.post(URL, self.fields | fields, headers=PART)
        self.fields = {}
        for field in re.findall(r"<input[^>]*>", self.answer.content.decode()):
            name = re.search(r'name="([^"]*)"', field)[1]
            value = re.search(r'value="([^"]*)"', field)
            self.fields.setdefault(name, []).append(value[1] if value else "")

    def row(self, sku: str, lot: Lot | None = None) -> str:
        item = Item.objects.get(sku=sku)
        return f"moved-{item.pk}-{lot.pk if lot else 0}"

    def taken(self, sku: str, lot: Lot | None = None) -> str | None:
        return self.fields.get(self.row(sku, lot), [None])[0]


@pytest.fixture
def scan(warehouse, shelf):
    return Scanner(warehouse)


def standing():
    levels = StockLevel.objects.filter(on_hand__gt=0).order_by("location__code", "item__sku", "pk")
    return [(level.location.code, level.item.sku, level.on_hand) for level in levels]


def moves():
    return StockMovement.objects.filter(kind="move", on_hand_delta__gt=0).count()


class TestScanning:
    def test_a_place_items_and_a_place_move_what_was_taken(self, scan):
        scan("A-01", "MUG", "mug", "TRAY")
        assert (scan.taken("MUG"), scan.taken("TRAY")) == ("2", "1")
        assert moves() == 0

        said = scan("b-01")

        assert standing() == [
            ("A-01", "MUG", 3),
            ("A-01", "TRAY", 1),
            ("B-01", "MUG", 2),
            ("B-01", "TRAY", 1),
        ]
        assert "2 MUG" in said
        assert "Booked" in said
        assert "scan the place that it leaves" in said  # the next load

    def test_a_box_is_as_many_as_it_holds(self, scan):
        item = Item.objects.get(sku="MUG")
        box = Pack.objects.create(item=item, label="box", factor=4)
        Barcode.objects.create(item=item, pack=box, code="4006381333931")

        scan("A-01", "4006381333931", "MUG")

        assert scan.taken("MUG") == "5"

    def test_a_lot_is_taken_by_its_code(self, scan, shelf):
        jam = make_item(sku="JAM", tracking="lot")
        for lot in ("OLD", "NEW"):
            operations.receive_stock(
                sku="JAM", place="A-01", quantity=3, lot=lot, actor=make_user()
            )
        new = Lot.objects.get(item=jam, code="NEW")

        scan("A-01", "new", "NEW", "B-01")

        assert ("B-01", "JAM", 2) in standing()
        assert StockLevel.objects.get(location__code="B-01").lot == new

    def test_of_a_tracked_item_what_expires_first_goes(self, scan):
        make_item(sku="JAM", tracking="lot")
        for lot, day in (("LATE", "2099-01-01"), ("SOON", "2098-01-01")):
            operations.receive_stock(
                sku="JAM", place="A-01", quantity=3, lot=lot, expires_on=day, actor=make_user()
            )

        scan("A-01", "JAM", "B-01")

        [level] = StockLevel.objects.filter(location__code="B-01", on_hand__gt=0)
        assert level.lot.code == "SOON"

    def test_another_place_may_be_begun_at_while_nothing_was_taken(self, scan):
        assert "B 01" in scan("A-01", "B-01")
        assert scan.fields["from"] == ["B-01"]

    def test_a_link_says_where_it_begins(self, warehouse, shelf):
        assert 'name="from" value="A-01"' in warehouse.get(f"{URL}?from=a-01").content.decode()

    def test_what_was_typed_counts(self, scan):
        scan("A-01", "MUG")

        scan("B-01", **{scan.row("MUG"): "4"})

        assert ("B-01", "MUG", 4) in standing()

    def test_the_last_scans_are_undone_one_by_one(self, scan):
        scan("A-01", "MUG", "TRAY", "MUG")

        scan.press("undo")
        assert (scan.taken("MUG"), scan.taken("TRAY")) == ("1", "1")
        scan.press("undo")
        assert (scan.taken("MUG"), scan.taken("TRAY")) == ("1", None)
        scan.press("undo")
        assert scan.taken("MUG") is None

    def test_a_row_is_taken_off_the_list(self, scan):
        scan("A-01", "MUG", "TRAY")

        scan.press("drop", scan.row("MUG").removeprefix("moved-"))

        assert (scan.taken("MUG"), scan.taken("TRAY")) == (None, "1")


class TestTwice:
    def test_an_answer_that_was_lost_moves_once(self, scan):
        scan("A-01", "MUG")
        lost = dict(scan.fields)
        scan("B-01")

        scan.fields = lost
        said = scan("B-01")

        assert "1 MUG" in said
        assert moves() == 1

    def test_the_same_again_is_another_load(self, scan):
        scan("A-01", "MUG", "B-01")

        scan("A-01", "MUG", "B-01")

        assert moves() == 2
        assert ("B-01", "MUG", 2) in standing()


class TestRefusals:
    @pytest.mark.parametrize(
        ("codes", "said"),
        [
            (["NOSUCH"], "No place has the code “NOSUCH”"),
            (["A-01", "NOSUCH"], "No item, place or lot is called “NOSUCH”"),
            (["A-01", "A-01", "MUG", "A-01"], "It stands at A-01 already"),
            (["A-01", "x" * 300], "longer than 200 characters"),
            (["A-01", "a\x00b"], "a character in it that no keyboard has"),
        ],
    )
    def test_a_code_that_means_nothing_here(self, scan, codes, said):
        assert said in scan(*codes)
        assert scan.answer.status_code == 422
        assert moves() == 0

    def test_a_structural_place(self, scan, shelf):
        make_place(code="ZONE", structural=True)

        assert "Nothing can stand at ZONE" in scan("A-01", "MUG", "ZONE")
        assert scan.taken("MUG") == "1"

    def test_more_than_should_stand_there_is_told_at_once_and_refused(self, scan):
        said = scan("A-01", "TRAY", "TRAY", "TRAY")
        assert "Only 2 should stand there" in said
        assert scan.answer.status_code == 200

        said = scan("MUG", "B-01")

        assert "2 free of TRAY" in said or "2 available of TRAY" in said or "not 3" in said
        assert ("B-01", "MUG", 1) in standing()
        assert scan.taken("TRAY") == "3"
        assert "Move 3 to B-01" in said

    def test_what_does_not_stand_there(self, scan):
        make_stock(3, item=make_item(sku="CUP"))

        said = scan("A-01", "CUP", "B-01")

        assert "CUP" in said
        assert scan.answer.status_code == 422
        assert moves() == 0

    @pytest.mark.parametrize("typed", ["", "0", "-1", "1.5", "two", "9" * 25])
    def test_a_number_that_is_none_keeps_its_row(self, scan, typed):
        scan("A-01", "MUG", "TRAY")

        scan("B-01", **{scan.row("MUG"): typed})

        assert scan.answer.status_code == 422
        assert ("B-01", "TRAY", 1) in standing()
        assert ("A-01", "MUG", 5) in standing()
        assert scan.taken("MUG") == typed

    def test_a_promise_is_broken_only_when_that_was_seen(self, scan):
        made = hold(5, actor=make_person("Support", name="Support 1"))

        said = scan("A-01", "MUG", "Q-01")
        assert f"{made}, made by Support 1, would lose 1" in said
        assert moves() == 0

        scan.press("accepts", offered(scan.answer, "accepts"))

        assert ("Q-01", "MUG", 1) in standing()

    def test_a_changed_page(self, warehouse, shelf):
        for fields in ({"moved-999999999-0": "1"}, {"scan": "x"}, {"carried": "1"}):
            assert send(warehouse, URL, **{"from": "A-01"}, **fields).status_code == 400

    def test_a_place_where_one_may_only_look(self, shelf):
        person = make_person("Warehouse")
        grant(person, shelf.parent, may_move=False)
        client = Client()
        client.force_login(person)

        assert "You may look at A-01, but not move" in Scanner(client)("A-01")

    def test_a_place_that_one_does_not_see_is_none(self, shelf):
        person = make_person("Warehouse")
        grant(person, shelf.parent)
        client = Client()
        client.force_login(person)
        scan = Scanner(client)

        assert "No item, place or lot is called “B-01”" in scan("A-01", "MUG", "B-01")
        assert moves() == 0

    def test_whoever_may_not_move(self, support):
        assert support.get(reverse("inventory:move-load")).status_code == 403

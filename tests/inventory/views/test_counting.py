"""Counting a place: every row is judged on its own, and what is fine is booked."""

from uuid import uuid4

import pytest
from django.urls import reverse

from inventory import operations
from inventory.models import Barcode, HoldLine, Item, StockLevel, StockMovement
from tests.factories import grant, make_item, make_place, make_stock, make_user
from tests.inventory.test_holds import hold
from tests.inventory.views.acts import PART, make_person, offered, send, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bin_():
    """Five mugs, two trays and a cup at A-01."""
    place = make_place(code="A-01")
    for sku, quantity in (("MUG", 5), ("TRAY", 2), ("CUP", 1)):
        make_stock(quantity, item=make_item(sku=sku), place=place)
    return place


@pytest.fixture
def support():
    return make_user(name="Support 1")


def url_of(place):
    return reverse("inventory:count-place", args=[place.pk])


def level(sku):
    return StockLevel.objects.select_related("item").get(item__sku=sku)


def on_hand():
    levels = StockLevel.objects.filter(location__code="A-01").select_related("item")
    return {level.item.sku: level.on_hand for level in levels}


def name_of(sku, lot=None):
    """What the row of an item is called in the form."""
    item = Item.objects.get(sku=sku)
    return f"{item.pk}-{lot.pk if lot else 0}"


def sheet(*skus, **counted):
    """The fields of a sheet that was opened just now, with what was counted."""
    fields = {}
    for sku in skus or ("CUP", "MUG", "TRAY"):
        row = level(sku)
        fields[f"seen-{row.item_id}-0"] = f"{row.version}/{row.on_hand}"
        fields[f"counted-{row.item_id}-0"] = counted.get(sku, "")
    return fields


def row_of(answer, sku):
    """What the row of an item says."""
    item = level(sku).item_id
    html = answer.content.decode()
    _, _, row = html.partition(f'<tr id="row-{item}-0"')
    answer.content = f"<tr {row.partition('</tr>')[0]}".encode()
    said = text_of(answer)
    answer.content = html.encode()
    return said


def counts():
    lines = StockMovement.objects.filter(kind="count").order_by("level__item__sku")
    return list(lines.values_list("level__item__sku", "on_hand_delta"))


class TestTheSheet:
    def test_has_a_row_for_all_that_stands_there(self, warehouse, bin_):
        make_stock(9, item=make_item(sku="ELSEWHERE"))
        make_stock(0, item=make_item(sku="GONE"), place=bin_)

        said = text_of(warehouse.get(url_of(bin_)))

        places = [said.index(sku) for sku in ("CUP", "MUG", "TRAY")]
        assert places == sorted(places)
        assert "ELSEWHERE" not in said
        assert "GONE" not in said

    def test_begins_with_no_number(self, warehouse, bin_):
        page = warehouse.get(url_of(bin_)).content.decode()

        assert f'name="counted-{level("MUG").item_id}-0" value=""' in page
        assert f'name="seen-{level("MUG").item_id}-0" value="1/5"' in page

    def test_needs_at_most_ten_queries(self, warehouse, bin_, django_assert_max_num_queries):
        page = url_of(bin_)

        with django_assert_max_num_queries(10):
            warehouse.get(page)

    def test_goes_on_with_the_next_items(self, warehouse, bin_, monkeypatch):
        monkeypatch.setattr("inventory.views.counting._ROWS", 2)

        first = warehouse.get(url_of(bin_))

        assert "TRAY" not in text_of(first)
        assert f"{url_of(bin_)}?from=TRAY" in first.content.decode()
        assert "TRAY" in text_of(warehouse.get(url_of(bin_), {"from": "TRAY"}))

    def test_is_not_for_a_place_that_only_groups(self, warehouse):
        zone = make_place(code="ZONE", structural=True)

        assert "it only groups other places" in text_of(warehouse.get(url_of(zone)))


class TestBooking:
    def test_books_what_was_counted_and_leaves_the_rest(self, warehouse, bin_):
        answer = send(warehouse, url_of(bin_), **sheet(MUG="3", CUP="1"))

        assert answer.status_code == 200
        assert on_hand() == {"MUG": 3, "TRAY": 2, "CUP": 1}
        assert counts() == [("CUP", 0), ("MUG", -2)]
        assert "Booked −2" in row_of(answer, "MUG")
        assert "Booked as it should be" in row_of(answer, "CUP")
        assert "Booked" not in row_of(answer, "TRAY")
        assert "2 booked: 1 differs, −2 in all" in text_of(answer)

    def test_a_row_that_is_wrong_says_nothing_of_the_others(self, warehouse, bin_):
        answer = send(warehouse, url_of(bin_), **sheet(MUG="three", TRAY="1,000", CUP="2"))

        assert answer.status_code == 422
        assert "A whole number, please" in row_of(answer, "MUG")
        assert "A whole number, please" in row_of(answer, "TRAY")
        assert 'value="three"' in answer.content.decode()
        assert "Booked +1" in row_of(answer, "CUP")
        assert "2 rows need you" in text_of(answer)
        assert counts() == [("CUP", 1)]

    @pytest.mark.parametrize(
        ("typed", "said"), [("-1", "At least 0."), ("1000000001", "At most 1,000,000,000")]
    )
    def test_refuses_what_nobody_can_count(self, warehouse, bin_, typed, said):
        answer = send(warehouse, url_of(bin_), **sheet(MUG=typed))

        assert said in row_of(answer, "MUG")
        assert counts() == []

    def test_sent_twice_it_books_once(self, warehouse, bin_):
        form, key = sheet(MUG="3", TRAY="5"), uuid4()

        for _ in range(2):
            answer = send(warehouse, url_of(bin_), key=key, **form)
            assert "Booked −2" in row_of(answer, "MUG")
            assert "Booked +3" in row_of(answer, "TRAY")

        assert counts() == [("MUG", -2), ("TRAY", 3)]

    def test_another_number_under_the_same_key_is_refused(self, warehouse, bin_):
        form, key = sheet(MUG="3"), uuid4()
        send(warehouse, url_of(bin_), key=key, **form)

        answer = send(warehouse, url_of(bin_), key=key, **form | {f"counted-{name_of('MUG')}": "4"})

        assert answer.status_code == 422
        assert counts() == [("MUG", -2)]

    def test_what_was_booked_before_stays_marked(self, warehouse, bin_):
        send(warehouse, url_of(bin_), **sheet(MUG="3"))
        booked = StockMovement.objects.get(kind="count")

        answer = send(warehouse, url_of(bin_), **sheet(MUG="9", TRAY="1"), booked=booked.pk)

        assert "Booked −2" in row_of(answer, "MUG")
        assert "Booked −1" in row_of(answer, "TRAY")
        assert counts() == [("MUG", -2), ("TRAY", -1)]

    def test_without_a_key_nothing_is_booked(self, warehouse, bin_):
        answer = warehouse.post(url_of(bin_), sheet(MUG="3"), headers=PART)

        assert answer.status_code == 422
        assert "This form had lost its key" in text_of(answer)
        assert counts() == []

    @pytest.mark.parametrize("seen", ["", "x", "1", "1/5/2", "-1/5", "1/" + "9" * 30])
    def test_a_sheet_that_was_tampered_with_is_refused(self, warehouse, bin_, seen):
        form = sheet(MUG="3") | {f"seen-{name_of('MUG')}": seen}

        assert send(warehouse, url_of(bin_), **form).status_code == 400
        assert counts() == []

    def test_a_lot_of_another_item_is_refused(self, warehouse, bin_):
        make_item(sku="JAM", tracking="lot")
        operations.receive_stock(sku="JAM", place="A-01", lot="L-1", quantity=3, actor=make_user())
        [jam] = StockLevel.objects.filter(item__sku="JAM")

        form = {f"seen-{level('MUG').item_id}-{jam.lot_id}": "1/5"}

        assert send(warehouse, url_of(bin_), **form).status_code == 400


class TestOthersWereFaster:
    def test_says_what_stands_there_now_and_wants_a_new_number(self, warehouse, bin_):
        form = sheet(MUG="4", TRAY="2")
        operations.ship_stock(sku="MUG", place="A-01", quantity=2, actor=make_user())

        answer = send(warehouse, url_of(bin_), **form)

        assert answer.status_code == 422
        said = row_of(answer, "MUG")
        assert "it was 5, now it is 3. You counted 4: count it again." in said
        assert f'name="counted-{name_of("MUG")}" value=""' in answer.content.decode()
        assert "Booked as it should be" in row_of(answer, "TRAY")
        assert counts() == [("TRAY", 0)]

        again = send(warehouse, url_of(bin_), **sheet(MUG="4"))
        assert "Booked +1" in row_of(again, "MUG")

    def test_a_promise_made_meanwhile_does_not_spoil_it(self, warehouse, bin_, support):
        form = sheet(MUG="4")
        hold(2, actor=support)

        assert "Booked −1" in row_of(send(warehouse, url_of(bin_), **form), "MUG")


class TestPromises:
    def test_says_beside_each_row_whom_it_would_break(self, warehouse, bin_, support):
        made = hold(4, actor=support, contact="Visitor 12")

        warned = send(warehouse, url_of(bin_), **sheet(MUG="3", TRAY="1"))

        assert warned.status_code == 422
        assert f"Hold {made.pk} for Visitor 12, made by Support 1, would lose 1" in row_of(
            warned, "MUG"
        )
        assert "Booked −1" in row_of(warned, "TRAY")
        assert "1 promise would be broken" in text_of(warned)
        assert counts() == [("TRAY", -1)]

    def test_breaks_them_all_with_one_confirmation(self, warehouse, bin_, support):
        hold(4, actor=support)
        hold(2, item="TRAY", actor=support)
        form = sheet("MUG", "TRAY", MUG="3", TRAY="0")
        warned = send(warehouse, url_of(bin_), **form)

        answer = send(warehouse, url_of(bin_), **form, accepts=offered(warned, "accepts"))

        assert answer.status_code == 200
        assert counts() == [("MUG", -2), ("TRAY", -2)]
        assert HoldLine.objects.get().quantity == 3

    def test_warns_anew_of_what_was_not_shown(self, warehouse, bin_, support):
        hold(4, actor=support)
        form = sheet("MUG", MUG="3")
        warned = send(warehouse, url_of(bin_), **form)
        late = hold(1, actor=support)

        again = send(warehouse, url_of(bin_), **form, accepts=offered(warned, "accepts"))

        assert again.status_code == 422
        assert f"Hold {late.pk}" in row_of(again, "MUG")
        assert counts() == []

    def test_nonsense_is_no_acceptance(self, warehouse, bin_, support):
        hold(4, actor=support)

        answer = send(warehouse, url_of(bin_), **sheet(MUG="3"), accepts="[1]")

        assert "Open the form again" in text_of(answer)
        assert counts() == []


class TestScanning:
    def scan(self, client, place, code, **form):
        return send(client, url_of(place), code=code, **form)

    @pytest.mark.parametrize("code", ["mug", "5012345224231"])
    def test_goes_to_the_row_and_books_nothing(self, warehouse, bin_, code):
        Barcode.objects.create(item=level("MUG").item, code="5012345224231")

        answer = self.scan(warehouse, bin_, code, **sheet(TRAY="1"))

        [focused] = [
            line for line in answer.content.decode().splitlines() if "data-focus autofocus" in line
        ]
        assert f"counted-{name_of('MUG')}" in focused
        assert f'name="counted-{name_of("TRAY")}" value="1"' in answer.content.decode()
        assert counts() == []

    def test_adds_a_row_for_what_should_not_be_there(self, warehouse, bin_):
        make_stock(3, item=make_item(sku="BOWL"))

        answer = self.scan(warehouse, bin_, "BOWL", **sheet())

        name = name_of("BOWL")
        assert f'name="seen-{name}" value="0/0"' in answer.content.decode()
        assert "not expected here" in text_of(answer)

        form = {f"seen-{name}": "0/0", f"counted-{name}": "2"}
        booked = send(warehouse, url_of(bin_), **form)
        assert "Booked +2" in text_of(booked)
        assert on_hand()["BOWL"] == 2

    def test_offers_the_lots_of_what_is_tracked(self, warehouse, bin_):
        make_item(sku="JAM", tracking="lot")
        make_place(code="B-01")
        operations.receive_stock(sku="JAM", place="B-01", lot="L-1", quantity=3, actor=make_user())
        [jam] = StockLevel.objects.filter(item__sku="JAM").select_related("lot")

        answer = self.scan(warehouse, bin_, "JAM", **sheet())
        assert "L-1" in text_of(answer)

        name = name_of("JAM", jam.lot)
        send(warehouse, url_of(bin_), **{f"seen-{name}": "0/0", f"counted-{name}": "2"})
        assert StockLevel.objects.get(lot=jam.lot, location=bin_).on_hand == 2

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("NOBODY", "No item is called “NOBODY”."),
            ("a\x00b", "no keyboard has"),
            ("POST", "POST is not kept in stock, only sold."),
            ("NEW", "NEW is tracked by lot, and has none yet"),
        ],
    )
    def test_says_what_cannot_be_found(self, warehouse, bin_, code, said):
        make_item(sku="POST", stocked=False)
        make_item(sku="NEW", tracking="lot")

        answer = self.scan(warehouse, bin_, code, **sheet(MUG="4"))

        assert answer.status_code == 422
        assert said in text_of(answer)
        assert f'name="counted-{name_of("MUG")}" value="4"' in answer.content.decode()
        assert counts() == []

    def test_what_is_booked_is_not_counted_again(self, warehouse, bin_):
        send(warehouse, url_of(bin_), **sheet(MUG="3"))
        booked = StockMovement.objects.get(kind="count")

        answer = self.scan(warehouse, bin_, "MUG", **sheet("MUG"), booked=booked.pk)

        assert "MUG is counted already" in text_of(answer)


class TestWhoMay:
    def test_whoever_may_only_look_is_told_so(self, client, bin_):
        person = make_person("Warehouse")
        grant(person, bin_, may_move=False)
        client.force_login(person)

        for answer in (client.get(url_of(bin_)), send(client, url_of(bin_), **sheet(MUG="3"))):
            assert answer.status_code == 403
            assert "You may look at A-01" in text_of(answer)
        assert counts() == []

    def test_lines_of_another_place_are_not_shown_as_booked(self, warehouse, bin_):
        other = make_place(code="B-01")
        make_stock(7, item=level("MUG").item, place=other)
        foreign = operations.count_stock(
            sku="MUG", place="B-01", counted=6, seen=1, actor=make_user()
        )

        fields = {f"seen-{name_of('MUG')}": "1/5", f"counted-{name_of('MUG')}": "5"}
        answer = send(warehouse, url_of(bin_), **fields, booked=foreign.pk)

        assert "Booked as it should be" in text_of(answer)

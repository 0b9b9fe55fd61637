"""A place by scanner and keyboard, at a desk and on a phone: its page, moving it all, a count."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from inventory import operations
from inventory.models import StockLevel, StockMovement
from tests.e2e.acts import make_person, press, scan, sign_in
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.fit import misfits
from tests.factories import make_item, make_place, make_stock, make_user

BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
# Sends the form twice in the same moment, as an impatient hand does.
TWICE = """form => {
    const sent = () => fetch(form.action, {method: "POST", body: new FormData(form)});
    return Promise.all([sent(), sent()]).then(all => all.map(one => one.status));
}"""


class Bin:
    """Five mugs and two trays in a bin; another bin, and one from which nothing is sold."""

    def __init__(self) -> None:
        self.place, self.other = make_place(), make_place()
        self.unsold = make_place(sellable=False)
        self.mug = make_stock(5, item=make_item(sku=f"MUG-{uuid4().hex[:6]}"), place=self.place)
        self.tray = make_stock(2, item=make_item(sku=f"TRAY-{uuid4().hex[:6]}"), place=self.place)

    def hold(self, quantity: int, **rest):
        return operations.hold_stock(
            lines=[(self.mug.item.sku, quantity)],
            lifetime=timedelta(hours=1),
            actor=make_user(name="Support 1"),
            key=uuid4(),
            place=self.place.code,
            **rest,
        )


@pytest.fixture
def bin_(committed):
    return Bin()


def on_hand(place) -> list[int]:
    levels = StockLevel.objects.filter(location=place, on_hand__gt=0)
    return list(levels.order_by("-on_hand").values_list("on_hand", flat=True))


def counts(place) -> list[int]:
    lines = StockMovement.objects.filter(level__location=place, kind="count")
    return sorted(lines.values_list("on_hand_delta", flat=True))


def arrive(window, bin_, size):
    """Sign in and scan the place, wherever one is."""
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"))
    scan(page, bin_.place.code)
    page.wait_for_url(f"**{bin_.place.get_absolute_url()}")
    return page


@BOTH
def test_a_scanned_place_says_what_stands_there_and_for_whom(window, bin_, size):
    held = bin_.hold(3, contact="Visitor 12")

    page = arrive(window, bin_, size)

    expect(page.get_by_text("2 items, 7 pieces")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(bin_.mug.item.sku))).to_contain_text("2")
    expect(page.get_by_text(f"{held} for Visitor 12")).to_be_visible()
    assert misfits(page) == []
    page.get_by_role("link", name="All as a list").click()
    page.wait_for_url(f"**/movements?place={bin_.place.code}")


@BOTH
def test_all_of_it_goes_to_where_it_is_scanned(window, bin_, size):
    page = arrive(window, bin_, size)
    press(page, "v")
    expect(page.get_by_label("To", exact=True)).to_be_focused()

    scan(page, bin_.other.code.lower())

    expect(page.get_by_role("button", name="Move 2 items")).to_be_focused()
    assert on_hand(bin_.place) == [5, 2]  # a scan alone moves nothing
    assert misfits(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Moved 2 items to {bin_.other}")).to_be_visible()
    assert (on_hand(bin_.place), on_hand(bin_.other)) == ([], [5, 2])


@BOTH
def test_to_where_nothing_is_sold_it_says_whom_it_breaks(window, bin_, size):
    held = bin_.hold(3, contact="Visitor 12")
    page = arrive(window, bin_, size)
    press(page, "v")
    page.get_by_label("To", exact=True).fill(bin_.unsold.code)
    page.get_by_role("button", name="Move 2 items").click()

    warning = page.get_by_role("alert")
    expect(warning).to_contain_text(f"{held} for Visitor 12, made by Support 1, loses 3")
    expect(warning).to_contain_text("Nothing was written")
    assert on_hand(bin_.place) == [5, 2]
    assert misfits(page) == []

    page.get_by_role("button", name="Move all and break it").click()
    expect(page.get_by_text(f"Moved 2 items to {bin_.unsold}")).to_be_visible()
    held.refresh_from_db()
    assert held.status == "broken"


@BOTH
def test_a_place_is_counted_by_scanner_and_keyboard(window, bin_, size):
    found = make_stock(9).item  # stands elsewhere, and is found here
    page = arrive(window, bin_, size)
    press(page, "c")
    expect(page.get_by_label("Scan an item of this place")).to_be_visible()

    scan(page, bin_.mug.item.sku.lower())
    expect(page.get_by_label(f"Counted of {bin_.mug.item.sku}")).to_be_focused()
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(page.get_by_label(f"Counted of {bin_.tray.item.sku}")).to_be_focused()
    # The scanner types into the number that has the focus, and is understood all the same.
    scan(page, found.sku)
    expect(page.get_by_label(f"Counted of {found.sku}")).to_be_focused()
    expect(page.get_by_label(f"Counted of {bin_.mug.item.sku}")).to_have_value("4")
    expect(page.get_by_label(f"Counted of {bin_.tray.item.sku}")).to_have_value("")
    page.keyboard.type("1")
    expect(page.get_by_role("button", name="Book 2 counts")).to_be_visible()
    assert misfits(page) == []
    assert counts(bin_.place) == []
    page.get_by_role("button", name="Book 2 counts").click()

    expect(page.get_by_text("2 booked: 2 differ, 0 in all")).to_be_visible()
    assert counts(bin_.place) == [-1, 1]
    assert misfits(page) == []
    page.get_by_role("link", name="Done").click()
    page.wait_for_url(f"**{bin_.place.get_absolute_url()}")


@BOTH
def test_all_that_is_wrong_with_a_count_is_said_at_once(window, bin_, size):
    held = bin_.hold(4, contact="Visitor 12")
    page = arrive(window, bin_, size)
    press(page, "c")
    page.get_by_label(f"Counted of {bin_.mug.item.sku}").fill("3")
    page.get_by_label(f"Counted of {bin_.tray.item.sku}").fill("1")
    operations.ship_stock(
        sku=bin_.tray.item.sku, place=bin_.place.code, quantity=1, actor=make_user()
    )
    page.get_by_role("button", name="Book 2 counts").click()

    expect(page.get_by_text("2 rows need you")).to_be_visible()
    mug = page.get_by_role("row", name=re.compile(bin_.mug.item.sku))
    expect(mug).to_contain_text(f"{held} for Visitor 12, made by Support 1, would lose 1")
    tray = page.get_by_role("row", name=re.compile(bin_.tray.item.sku))
    expect(tray).to_contain_text("it was 2, now it is 1. You counted 1: count it again.")
    assert misfits(page) == []
    assert counts(bin_.place) == []

    page.get_by_label(f"Counted of {bin_.tray.item.sku}").fill("1")
    page.get_by_role("button", name="Book, and break it").click()
    expect(page.get_by_text("2 booked: 1 differs, −2 in all")).to_be_visible()
    assert counts(bin_.place) == [-2, 0]


def test_a_count_sent_twice_at_once_is_booked_once(window, bin_):
    page = arrive(window, bin_, DESK)
    press(page, "c")
    page.get_by_label(f"Counted of {bin_.mug.item.sku}").fill("3")

    answers = page.get_by_role("form", name=f"Count {bin_.place}").evaluate(TWICE)

    assert answers == [200, 200]
    assert counts(bin_.place) == [-2]

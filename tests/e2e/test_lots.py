"""Goods that expire: received with lot and day, shipped oldest first, traced to the receipt."""

import re
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from inventory import operations
from inventory.models import Pack, StockLevel
from tests.e2e.acts import make_person, press, scan, scan_into, sign_in, tab_to
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.fit import misfits
from tests.factories import make_item, make_place

BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def receive_two(box, page, *, place, lot, expires_on, reference):
    """Scan a box of 12 twice into the form, and say which lot it is."""
    press(page, "r")
    expect(page.get_by_label("Place", exact=True)).to_be_visible()
    page.get_by_label("Place", exact=True).fill(place.code)
    page.get_by_label("Lot", exact=True).fill(lot)
    scan_into(page.get_by_label("Quantity"), box, box)
    page.get_by_label("Expires on").fill(expires_on)
    page.get_by_label("Reference").fill(reference)
    page.get_by_role("button", name="Receive 24 (2 × box of 12)").click()
    expect(page.get_by_text(f"Received 24 at {place.code}.")).to_be_visible()


@BOTH
def test_the_older_lot_is_shipped_and_traced_to_its_receipt(window, committed, size):
    item, place = make_item(tracking="lot"), make_place()
    box = f"50{item.pk:010}3"
    Pack.objects.create(item=item, label="box", factor=12).barcodes.create(item=item, code=box)
    young, old = f"Y-{item.pk}", f"O-{item.pk}"
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"))
    scan(page, item.sku)
    expect(page.get_by_role("heading", name=item.name)).to_be_visible()
    two = partial(receive_two, box, page, place=place)
    two(lot=young, expires_on="2099-12-31", reference="delivery:1")
    two(lot=old, expires_on="2098-12-31", reference="delivery:2")
    expect(page.get_by_text(f"{old}, until 31 Dec 2098")).to_be_visible()
    assert misfits(page) == []

    press(page, "p")
    expect(page.get_by_label("Quantity")).to_be_visible()
    page.get_by_label("Quantity").fill("20")
    page.get_by_label("Reference").fill("order:1042")
    assert misfits(page) == []
    tab_to(page, page.get_by_role("form").get_by_role("button", name="Ship 20"))
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Shipped 20 at {place.code}.")).to_be_visible()
    standing = StockLevel.objects.filter(item=item).values_list("lot__code", "on_hand")
    assert dict(standing) == {young: 24, old: 4}

    shipped = page.get_by_role("row").filter(has_text="order:1042")
    shipped.get_by_role("link", name=old).click()
    expect(page.get_by_role("heading", name=f"Lot {old}")).to_be_visible()
    trace = page.get_by_role("region", name="Where it came from")
    expect(trace).to_contain_text("order:1042")
    expect(trace).to_contain_text("Adds up")
    assert misfits(page) == []
    trace.get_by_role("listitem").filter(has_text="delivery:2").get_by_role(
        "link", name="Received"
    ).click()
    expect(page.get_by_role("heading", name=item.name)).to_be_visible()
    expect(page.locator("tr:target")).to_contain_text("delivery:2")


@BOTH
def test_who_holds_several_lots_is_read_beside_them(window, committed, size):
    item, actor = make_item(tracking="lot"), make_person(role="Support")
    place, keeper = make_place(), make_person()
    lots = [f"{letter}-{item.pk}" for letter in "ABC"]
    for lot in lots:
        operations.receive_stock(sku=item.sku, place=place.code, quantity=10, lot=lot, actor=keeper)
    made = operations.hold_stock(
        lines=[(item.sku, 30)],
        lifetime=timedelta(hours=1),
        contact="Visitor 12",
        actor=actor,
        key=uuid4(),
    )
    page = window(viewport=size)

    sign_in(page, actor, at=item.get_absolute_url())
    held = page.get_by_role("region", name="Who holds it")
    for lot in lots:
        expect(held).to_contain_text(f"{lot} 10")
    assert held.get_by_role("link", name=str(made)).bounding_box()["width"] > 20  # no letter a line
    assert misfits(page) == []
    held.get_by_role("link", name=str(made)).click()
    for lot in lots:
        expect(page.get_by_role("region", name="What it holds")).to_contain_text(f"{lot} 10")
        expect(page.get_by_role("region", name="What happened")).to_contain_text(lot)
    assert misfits(page) == []


@BOTH
def test_what_expires_is_listed(window, committed, size):
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at="/lots")

    expect(page.get_by_role("heading", name="Lots")).to_be_visible()
    page.get_by_role("link", name="Out of date").first.click()
    expect(page).to_have_url(re.compile("expires=out"))
    assert misfits(page) == []

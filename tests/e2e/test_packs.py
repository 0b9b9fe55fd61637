"""A scanner held to boxes: each adds what it holds, nothing is booked by it, pieces go out."""

import pytest
from playwright.sync_api import expect

from inventory.models import Barcode, Pack, StockLevel, StockMovement
from tests.e2e.acts import make_person, press, scan, scan_into, sign_in
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.fit import misfits
from tests.factories import make_item, make_place, make_stock

BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def mug(committed):
    """An item whose boxes of 12 have a barcode: (item, code of a piece, code of a box)."""
    item = make_item(name="MUG")
    box = Pack.objects.create(item=item, label="box", factor=12)
    piece, boxed = f"50{item.pk:010}1", f"50{item.pk:010}2"
    Barcode.objects.create(item=item, code=piece)
    Barcode.objects.create(item=item, code=boxed, pack=box)
    return item, piece, boxed


def lines_of(item) -> list[tuple[str, int]]:
    lines = StockMovement.objects.filter(level__item=item).order_by("pk")
    return list(lines.values_list("kind", "on_hand_delta"))


def open_form(page, item, key, *, at=None):
    """The form behind a key; the cursor is in its quantity."""
    sign_in(page, make_person(role="Warehouse"), at=item.get_absolute_url())
    press(page, key)
    quantity = page.get_by_label("Quantity")
    expect(quantity).to_be_visible()
    if at:
        page.get_by_label("Place", exact=True).fill(at.code)
    quantity.focus()
    return quantity


def button(page, name: str):
    return page.get_by_role("form").get_by_role("button", name=name, exact=True)


@BOTH
def test_two_scans_of_a_box_receive_24_and_twelve_pieces_of_it_are_shipped(window, mug, size):
    item, piece, box = mug
    place = make_place()
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"))
    scan(page, box)
    expect(page.get_by_role("status").filter(has_text="Scanned: a box of 12")).to_be_visible()
    assert misfits(page) == []
    press(page, "r")
    expect(page.get_by_label("Place", exact=True)).to_be_focused()
    scan(page, place.code)
    quantity = page.get_by_label("Quantity")
    expect(quantity).to_be_focused()

    scan_into(quantity, box)
    expect(quantity).to_have_value("12")
    scan_into(quantity, box)

    expect(quantity).to_have_value("24")
    expect(quantity).to_be_focused()
    expect(page.locator("[data-preview]")).to_contain_text("0 → 24")
    assert misfits(page) == []
    assert lines_of(item) == []
    button(page, "Receive 24 (2 × box of 12)").press("Enter")
    expect(page.get_by_text(f"Received 24 at {place.code}.")).to_be_visible()
    assert lines_of(item) == [("receive", 24)]

    press(page, "p")
    expect(quantity).to_be_focused()
    scan_into(quantity, piece)
    expect(button(page, "Ship 1")).to_be_visible()
    quantity.fill("12")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Shipped 12 at {place.code}.")).to_be_visible()
    press(page, "p")
    expect(quantity).to_be_focused()
    scan_into(quantity, box)
    button(page, "Ship 12 (1 × box of 12)").press("Enter")
    expect(page.get_by_role("heading", name="Why is it 0?")).to_be_visible()
    assert lines_of(item) == [("receive", 24), ("ship", -12), ("ship", -12)]


def test_a_scanner_that_is_faster_than_the_eye_loses_and_books_nothing(page, mug):
    item, piece, box = mug
    quantity = open_form(page, item, "r", at=make_place())

    # One code right behind the other, and each with two Enters, as some scanners send.
    scan_into(quantity, box, piece, box, item.sku.lower(), box, enters=2)

    expect(quantity).to_have_value("38")
    expect(button(page, "Receive 38 (3 × box of 12 + 2)")).to_be_visible()
    assert lines_of(item) == []


@BOTH
def test_a_code_of_another_item_is_refused_by_its_name_and_adds_nothing(window, mug, size):
    item, _, box = mug
    other = make_item()
    pack = Pack.objects.create(item=other, label="box", factor=6)
    theirs = Barcode.objects.create(item=other, pack=pack, code=f"51{other.pk:010}1").code
    page = window(viewport=size)
    quantity = open_form(page, item, "r", at=make_place())
    scan_into(quantity, box)

    for code in (theirs, "NONSENSE-7", other.sku, "constructor"):
        scan_into(quantity, code, enters=2)
        said = quantity.evaluate("one => one.validationMessage")
        assert f"“{code}” is none of {item.sku}" in said
        expect(quantity).to_have_value("12")

    scan_into(quantity, box)
    expect(quantity).to_have_value("24")
    assert quantity.evaluate("one => one.validationMessage") == ""
    assert lines_of(item) == []


def test_what_is_typed_counts_too(page, mug):
    item, _, box = mug
    quantity = open_form(page, item, "r", at=make_place())

    quantity.fill("5")
    scan_into(quantity, box)
    expect(button(page, "Receive 17 (1 × box of 12 + 5)")).to_be_visible()
    quantity.fill("20")

    expect(button(page, "Receive 20")).to_be_visible()
    scan_into(quantity, box)
    expect(button(page, "Receive 32 (1 × box of 12 + 20)")).to_be_visible()


@pytest.mark.parametrize("key", ["p", "m", "h", "t"])
def test_every_form_adds_up_boxes(page, mug, key):
    item, _, box = mug
    make_stock(40, item=item)
    quantity = open_form(page, item, key)

    scan_into(quantity, box)
    scan_into(quantity, box)

    expect(quantity).to_have_value("24")
    expect(page.locator("[data-say]")).to_contain_text("24 (2 × box of 12)")


def test_an_adjustment_is_typed(page, mug):
    item, _, box = mug
    make_stock(40, item=item)
    sign_in(page, make_person(role="Warehouse"), at=item.get_absolute_url())
    press(page, "a")
    delta = page.get_by_label("Change by")
    expect(delta).to_be_visible()

    scan_into(delta, box)

    assert "scanned code, not a number" in delta.evaluate("one => one.validationMessage")
    expect(delta).to_have_value("")


@BOTH
def test_boxes_are_counted_over_what_should_be_there(window, mug, size):
    item, _, box = mug
    shelf = make_stock(40, item=item)
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at=item.get_absolute_url())
    page.get_by_label(f"Count what stands at {shelf.location.code}").click()
    counted = page.get_by_label("Counted here")
    expect(counted).to_be_focused()
    expect(counted).to_have_value("40")

    scan_into(counted, box, box, box)

    expect(counted).to_have_value("36")
    assert misfits(page) == []
    page.get_by_role("button", name="Count 36 (3 × box of 12)").click()
    expect(page.get_by_role("heading", name="Why is it 36?")).to_be_visible()
    assert lines_of(item) == [("receive", 40), ("count", -4)]


@BOTH
def test_whoever_has_no_scanner_presses_what_it_comes_in(window, mug, size):
    item, _, _ = mug
    make_stock(40, item=item)
    page = window(viewport=size)
    quantity = open_form(page, item, "p")

    button(page, "box of 12").click()
    button(page, "box of 12").click()
    expect(quantity).to_have_value("24")
    assert misfits(page) == []
    button(page, "Ship 24 (2 × box of 12)").click()

    expect(page.get_by_role("heading", name="Why is it 16?")).to_be_visible()
    assert StockLevel.objects.get(item=item).on_hand == 16


def test_a_refused_shipment_keeps_its_number_and_boxes_are_added_to_it(page, mug):
    item, _, box = mug
    make_stock(20, item=item)
    quantity = open_form(page, item, "p")
    scan_into(quantity, box, box)
    button(page, "Ship 24 (2 × box of 12)").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("20 of 24")

    scan_into(quantity, box)

    expect(quantity).to_have_value("36")
    assert lines_of(item) == [("receive", 20)]

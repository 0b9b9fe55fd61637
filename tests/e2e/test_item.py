"""The page of an item, by keyboard alone, in two windows, on a phone and without a script."""

import re

import pytest
from playwright.sync_api import expect

from inventory import operations
from inventory.models import StockMovement
from tests.e2e.acts import make_person, sign_in
from tests.e2e.conftest import PHONE
from tests.factories import make_item, make_place, make_stock, make_user


@pytest.fixture
def shelf():
    """44 of an item at a place."""
    return make_stock(44)


@pytest.fixture
def person():
    return make_person(role="Warehouse")


def open_item(page, person, shelf):
    sign_in(page, person, at=shelf.item.get_absolute_url())


def on_hand(shelf) -> int:
    shelf.refresh_from_db()
    return shelf.on_hand


def test_receive_and_ship_by_the_keyboard_alone(page, person, shelf):
    make_stock(3, item=shelf.item)  # two places: the form cannot guess
    open_item(page, person, shelf)

    page.keyboard.press("r")
    expect(page.get_by_label("Place", exact=True)).to_be_focused()
    page.keyboard.type(shelf.location.code.lower())
    page.keyboard.press("Enter")  # as a scanner ends
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.keyboard.type("20")
    expect(page.get_by_role("button", name="Receive 20")).to_be_visible()
    expect(page.locator("[data-preview]")).to_contain_text("44 → 64")
    expect(page.locator("[data-preview]")).to_contain_text("available 47 → 67")
    page.keyboard.press("Enter")

    toast = page.locator(".toast")
    expect(toast).to_contain_text(f"Received 20 at {shelf.location.code}. On hand there now: 64.")
    expect(page.get_by_role("heading", name="Why is it 67?")).to_be_visible()
    assert on_hand(shelf) == 64

    page.keyboard.press("p")
    expect(page.get_by_label("Place", exact=True)).to_be_focused()
    page.keyboard.type(shelf.location.code)
    page.keyboard.press("Enter")
    page.keyboard.type("5")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Why is it 62?")).to_be_visible()
    assert on_hand(shelf) == 59


def test_ship_more_than_there_is_then_what_there_is(page, person, shelf):
    open_item(page, person, shelf)

    page.keyboard.press("p")
    expect(page.get_by_label("Place", exact=True)).to_have_value(
        shelf.location.code
    )  # the only one
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.keyboard.type("500")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("44 of 500")
    expect(page.get_by_label("Quantity")).to_be_focused()
    assert shelf.movements.count() == 1

    page.get_by_role("button", name="Ship 44").press("Enter")

    expect(page.get_by_role("heading", name="Why is it 0?")).to_be_visible()
    assert on_hand(shelf) == 0


def test_escape_closes_a_form_and_gives_the_focus_back(page, person, shelf):
    open_item(page, person, shelf)
    opener = page.get_by_label(f"Count what stands at {shelf.location.code}")

    opener.press("Enter")
    expect(page.get_by_label("Counted here")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_label("Counted here")).to_have_count(0)
    expect(opener).to_be_focused()


def test_undo_from_the_toast_then_never_again(page, person, shelf):
    open_item(page, person, shelf)
    page.keyboard.press("a")
    page.get_by_label("Change by").fill("-4")
    page.get_by_label("Why", exact=True).select_option(label="Damaged")
    page.get_by_role("button", name="Adjust by −4").press("Enter")

    page.get_by_role("button", name="Undo").press("Enter")

    expect(page.locator(".toast")).to_contain_text("Correction reversed +4")
    assert on_hand(shelf) == 44
    undone = shelf.movements.get(kind="adjust")
    row = page.locator(f"#line-{undone.pk}")
    expect(row.get_by_role("link", name="reversed")).to_be_visible()
    expect(row.get_by_role("link", name=re.compile("Reverse:"))).to_have_count(0)
    back = page.get_by_role("link", name="Correction reversed")
    assert back.get_attribute("href") == f"#line-{undone.pk}"


def test_reverse_a_line_in_its_place(page, person, shelf):
    operations.ship_stock(
        sku=shelf.item.sku, place=shelf.location.code, quantity=6, actor=make_user()
    )
    open_item(page, person, shelf)

    page.get_by_role("link", name="Reverse: Shipped −6").press("Enter")
    expect(page.get_by_text("on hand 38 → 44")).to_be_visible()
    expect(page.get_by_role("button", name="Reverse: +6")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Why is it 44?")).to_be_visible()
    assert on_hand(shelf) == 44


def test_two_people_count_the_same_shelf(window, person, shelf):
    here, there = window(), window()
    open_item(here, person, shelf)
    open_item(there, make_person(name="Warehouse 2", role="Warehouse"), shelf)
    row = f"Count what stands at {shelf.location.code}"

    for page in (here, there):
        page.get_by_label(row).click()
        page.get_by_label("Counted here").fill("43")
        page.get_by_label("Why if any").select_option(label="Damaged")
    expect(here.locator("[data-preview]")).to_contain_text("on hand 44 → 43")
    here.get_by_role("button", name="Count 43").click()
    expect(here.get_by_role("heading", name="Why is it 43?")).to_be_visible()
    there.get_by_role("button", name="Count 43").click()

    told = there.get_by_role("alert").filter(has_text="changed while you were typing")
    expect(told).to_contain_text("Damaged, by Warehouse 1")
    expect(told).to_contain_text("Nothing was written")
    assert on_hand(shelf) == 43

    there.get_by_role("button", name="Counted before: 43 → 42").click()

    expect(there.get_by_role("heading", name="Why is it 42?")).to_be_visible()
    deltas = shelf.movements.order_by("version").values_list("on_hand_delta", flat=True)
    assert list(deltas) == [44, -1, -1]


def test_scan_anywhere_leads_to_the_item_and_nonsense_keeps_the_focus(page, person, shelf):
    sign_in(page, person)

    page.keyboard.press("s")
    expect(page.get_by_label("Scan a code")).to_be_focused()
    page.keyboard.type("nonsense")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("nonsense")
    expect(page.get_by_label("Scan a code")).to_be_focused()
    page.keyboard.type(shelf.item.sku.lower())
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{shelf.item.get_absolute_url()}")
    expect(page.get_by_role("heading", name="Why is it 44?")).to_be_visible()


def test_follow_a_line_to_the_others_of_its_order(page, person, shelf):
    beside = make_stock(10)
    for level in (shelf, beside):
        operations.ship_stock(
            sku=level.item.sku,
            place=level.location.code,
            quantity=6,
            reference="order:536365",
            actor=make_user(),
        )
    open_item(page, person, shelf)

    page.get_by_role("link", name="order:536365").press("Enter")

    page.wait_for_url("**/movements?reference=order%3A536365")
    expect(page.get_by_role("link", name=shelf.item.sku)).to_be_visible()
    expect(page.get_by_role("link", name=beside.item.sku)).to_be_visible()


def test_on_a_phone_nothing_is_wider_than_the_screen(window, person, shelf):
    page = window(viewport=PHONE, has_touch=True)
    operations.receive_stock(
        sku=shelf.item.sku,
        place=make_place(code="INSPECTION-BAY-NORTH-07", sellable=False).code,
        quantity=1_000_000,
        reference="delivery:a-rather-long-number-2041",
        note="one box was wet, the other one had been opened before it came to us",
        actor=make_user(name="Somebody With A Rather Long Name"),
    )
    open_item(page, person, shelf)
    assert _overflow(page) == 0

    page.get_by_role("link", name="Receive", exact=True).tap()
    page.get_by_label("Place", exact=True).fill(shelf.location.code)
    page.get_by_label("Quantity").fill("2")
    expect(page.locator("[data-preview]")).to_contain_text("44 → 46")
    assert _overflow(page) == 0
    page.get_by_role("button", name="Receive 2").tap()

    expect(page.locator(".toast")).to_contain_text("Received 2")
    assert _overflow(page) == 0
    assert on_hand(shelf) == 46


def test_without_any_script(window, person, shelf):
    page = window(java_script_enabled=False)
    open_item(page, person, shelf)

    page.get_by_role("link", name="Ship").first.click()
    page.get_by_label("Quantity").fill("500")
    page.get_by_role("button", name="Ship", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("44 of 500")
    page.get_by_role("button", name="Ship 44").click()

    expect(page.locator(".toast")).to_contain_text("Shipped 44")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("Shipment reversed +44")
    assert on_hand(shelf) == 44


def test_a_new_item_with_its_picture(page, tmp_path):
    known = make_item(sku="E2E-1")
    sign_in(page, make_person(role="Purchasing"), at="/items")
    page.keyboard.press("n")
    page.get_by_label("SKU").fill("e2e-1")
    page.get_by_label("Name").fill("PARTY BUNTING")
    drawing = tmp_path / "drawing.svg"
    drawing.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')

    page.get_by_role("button", name="Take into the catalogue").click()
    expect(page.get_by_role("link", name=str(known))).to_be_visible()
    page.get_by_label("SKU").fill("E2E-2")
    page.get_by_label("Picture").set_input_files(drawing)
    page.get_by_role("button", name="Take into the catalogue").click()
    expect(page.get_by_text("Only PNG, JPEG and WebP pictures are taken.")).to_be_visible()
    page.get_by_label("Picture").set_input_files([])
    page.get_by_role("button", name="Take into the catalogue").click()

    expect(page.get_by_role("heading", name="PARTY BUNTING")).to_be_visible()
    expect(page.locator(".toast")).to_contain_text("E2E-2 is in the catalogue.")
    assert not StockMovement.objects.filter(level__item__sku="E2E-2").exists()


def _overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")

"""Moving goods with nothing but a scanner, however fast it is and whatever the network does."""

import pytest
from playwright.sync_api import expect

from inventory.models import Barcode, Pack, StockLevel, StockMovement
from tests.e2e.acts import make_person, press, scan, scan_into, sign_in, tab_to
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.fit import misfits
from tests.factories import make_place, make_stock

BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def shelf(committed):
    """100 of an item at a place; its boxes of 12 have a barcode."""
    level = make_stock(100)
    item = level.item
    box = Pack.objects.create(item=item, label="box", factor=12)
    Barcode.objects.create(item=item, pack=box, code=f"50{item.pk:010}4")
    return level


@pytest.fixture
def target(committed):
    return make_place()


def box_of(shelf) -> str:
    return shelf.item.barcodes.get().code


def standing(shelf) -> dict[str, int]:
    levels = StockLevel.objects.filter(item=shelf.item).select_related("location")
    return {level.location.code: level.on_hand for level in levels}


def moves(shelf) -> int:
    lines = StockMovement.objects.filter(level__item=shelf.item, kind="move", on_hand_delta__gt=0)
    return lines.count()


@BOTH
def test_place_items_place_one_right_behind_the_other(window, shelf, target, size):
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at="/places")
    press(page, "m")
    field = page.get_by_label("Scan a place or an item")
    expect(field).to_be_focused()

    scan_into(field, shelf.location.code, box_of(shelf), box_of(shelf), shelf.item.sku)
    taken = page.get_by_label(f"How many of {shelf.item.sku}")
    expect(taken).to_have_value("25")
    expect(page.get_by_text("+1", exact=True)).to_be_visible()
    assert misfits(page) == []
    assert moves(shelf) == 0
    scan(page, target.code)

    moved = page.get_by_role("region", name="Moved")
    expect(moved).to_contain_text(f"25 {shelf.item.sku}")
    expect(page.get_by_text("scan the place that it leaves")).to_be_visible()
    expect(field).to_be_focused()
    assert misfits(page) == []
    assert standing(shelf) == {shelf.location.code: 75, target.code: 25}
    assert moves(shelf) == 1


def test_a_scanner_that_waits_for_no_answer_loses_and_doubles_nothing(page, shelf, target):
    sign_in(page, make_person(role="Warehouse"), at="/move")
    field = page.get_by_label("Scan a place or an item")

    scan_into(field, shelf.location.code, *[shelf.item.sku] * 20, target.code)

    expect(page.get_by_role("region", name="Moved")).to_contain_text(f"20 {shelf.item.sku}")
    assert standing(shelf) == {shelf.location.code: 80, target.code: 20}


@BOTH
def test_what_is_scanned_while_the_network_is_away_is_booked_once(window, shelf, target, size):
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at=f"/move?from={shelf.location.code}")
    field = page.get_by_label("Scan a place or an item")
    scan(page, box_of(shelf))
    taken = page.get_by_label(f"How many of {shelf.item.sku}")
    expect(taken).to_have_value("12")

    page.context.set_offline(True)
    scan_into(field, box_of(shelf), target.code)
    expect(page.get_by_text("2 scans are not sent yet.")).to_be_visible()
    assert misfits(page) == []
    assert moves(shelf) == 0
    page.context.set_offline(False)

    expect(page.get_by_role("region", name="Moved")).to_contain_text(f"24 {shelf.item.sku}")
    expect(page.get_by_text("not sent yet")).to_be_hidden()
    assert standing(shelf) == {shelf.location.code: 76, target.code: 24}


def test_an_answer_that_was_lost_on_its_way_moves_once(page, shelf, target):
    sign_in(page, make_person(role="Warehouse"), at=f"/move?from={shelf.location.code}")
    scan(page, box_of(shelf))
    expect(page.get_by_label(f"How many of {shelf.item.sku}")).to_have_value("12")
    answers = []

    def lose_the_first(route):
        answers.append(route.fetch())
        if len(answers) == 1:
            route.abort()
        else:
            route.fulfill(response=answers[-1])

    page.route("**/move", lose_the_first)
    scan(page, target.code)

    expect(page.get_by_role("region", name="Moved")).to_contain_text(f"12 {shelf.item.sku}")
    assert len(answers) == 2
    assert standing(shelf) == {shelf.location.code: 88, target.code: 12}


def test_what_was_taken_outlives_a_reload_until_somebody_starts_over(page, shelf, target):
    sign_in(page, make_person(role="Warehouse"), at=f"/move?from={shelf.location.code}")
    scan(page, box_of(shelf))
    taken = page.get_by_label(f"How many of {shelf.item.sku}")
    expect(taken).to_have_value("12")

    page.reload()
    expect(taken).to_have_value("12")
    scan(page, box_of(shelf))
    expect(taken).to_have_value("24")
    page.goto("/items")
    page.goto("/move")
    expect(taken).to_have_value("24")

    page.get_by_role("link", name="Start over").click()
    expect(page.get_by_text("scan the place that it leaves")).to_be_visible()
    expect(taken).to_be_hidden()
    assert moves(shelf) == 0


@BOTH
def test_a_mistake_is_undone_and_what_is_wrong_says_so(window, shelf, target, size):
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at=f"/move?from={shelf.location.code}")
    taken = page.get_by_label(f"How many of {shelf.item.sku}")
    scan(page, "NOSUCH-1")
    expect(page.get_by_role("alert")).to_contain_text("No item, place or lot is called “NOSUCH-1”")
    scan(page, box_of(shelf))
    expect(taken).to_have_value("12")
    scan(page, box_of(shelf))
    expect(taken).to_have_value("24")

    tab_to(page, page.get_by_role("button", name="Undo last"))
    page.keyboard.press("Enter")
    expect(taken).to_have_value("12")

    taken.fill("101")
    scan_into(taken, target.code)
    expect(page.get_by_text(f"Move 101 to {target.code}")).to_be_visible()
    assert misfits(page) == []
    assert moves(shelf) == 0
    taken.fill("100")
    page.get_by_role("button", name=f"to {target.code}").click()
    expect(page.get_by_role("region", name="Moved")).to_contain_text(f"100 {shelf.item.sku}")
    assert standing(shelf) == {shelf.location.code: 0, target.code: 100}

"""From a code to the item, and from its number to the lines that explain it."""

import pytest
from playwright.sync_api import expect

from inventory import operations
from inventory.models import Barcode
from tests.acts import adjust
from tests.e2e.acts import make_person, scan, sign_in, sign_in_by_keyboard, tab_to
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.fit import misfits
from tests.e2e.timeline import adds_up, rows_of
from tests.factories import make_place, make_stock, make_user

BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def forty_seven():
    """A shelf whose 47 came to be by a receipt, a shipment, a return, a count and an undoing."""
    shelf = make_stock(50)
    book = {"sku": shelf.item.sku, "place": shelf.location.code, "actor": make_user()}
    operations.ship_stock(quantity=6, reference="order:1042", **book)
    operations.return_stock(quantity=2, reference="order:1042", reason="unwanted", **book)
    adjust(shelf, by=1)
    wrong = operations.receive_stock(quantity=900, **book)
    operations.reverse_movement(movement=wrong.pk, actor=book["actor"])
    return shelf


@BOTH
def test_scan_leads_to_the_item_by_keyboard_alone(window, forty_seven, size):
    page = window(viewport=size)
    sign_in_by_keyboard(page, make_person(role="Warehouse"))

    tab_to(page, page.get_by_label("Scan a code"))
    scan(page, forty_seven.item.sku.lower())

    page.wait_for_url(f"**{forty_seven.item.get_absolute_url()}")
    expect(page.get_by_role("heading", name="Why is it 47?")).to_be_visible()
    assert misfits(page) == []


@BOTH
def test_nonsense_is_said_so_and_the_focus_stays(window, forty_seven, size):
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"))
    tab_to(page, page.get_by_label("Scan a code"))

    scan(page, "0000-nonsense")

    expect(page.get_by_role("alert")).to_contain_text("Nothing here is called “0000-nonsense”")
    expect(page.get_by_label("Scan a code")).to_be_focused()
    assert misfits(page) == []
    scan(page, forty_seven.item.sku)  # what was wrong is typed over
    page.wait_for_url(f"**{forty_seven.item.get_absolute_url()}")


@pytest.mark.parametrize("address", ["/", "/items", "/movements", "/search?q=mug", "/ledger"])
def test_a_scanner_works_wherever_one_is(page, forty_seven, address):
    Barcode.objects.get_or_create(item=forty_seven.item, code=f"50{forty_seven.pk:011}")
    sign_in(page, make_person(role="Warehouse"))
    page.goto(address)
    page.evaluate("document.activeElement.blur()")

    scan(page, f"50{forty_seven.pk:011}")

    page.wait_for_url(f"**{forty_seven.item.get_absolute_url()}")


def test_nonsense_from_a_scanner_is_said_in_the_field(page):
    sign_in(page, make_person(role="Warehouse"))

    scan(page, "0000-nonsense")

    expect(page.get_by_role("alert")).to_contain_text("0000-nonsense")
    expect(page.get_by_label("Scan a code")).to_be_focused()
    expect(page.get_by_label("Scan a code")).to_have_value("0000-nonsense")


@BOTH
def test_forty_seven_is_explained_line_by_line(window, forty_seven, size):
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at=forty_seven.item.get_absolute_url())

    lines, before = rows_of(page)

    expect(page.get_by_role("heading", name="Why is it 47?")).to_be_visible()
    assert [line.on_hand for line in lines] == [-900, 900, 1, 2, -6, 50]
    assert before.after == 0
    assert adds_up(page) == 47
    expect(page.get_by_text("Adds up", exact=True)).to_be_visible()
    expect(page.get_by_text("47 − 0 − 0 − 0 = 47, 6 lines without a gap")).to_be_visible()


def test_a_number_of_several_places_adds_up_with_what_is_not_sold_set_apart(page, forty_seven):
    beside = make_stock(5, item=forty_seven.item)
    make_stock(3, item=forty_seven.item, place=make_place(sellable=False))

    sign_in(page, make_person(role="Warehouse"), at=beside.item.get_absolute_url())

    lines, _ = rows_of(page)
    assert sum(line.on_hand for line in lines) == 55
    assert sum(line.change for line in lines) == 52
    expect(page.get_by_role("heading", name="Why is it 52?")).to_be_visible()
    expect(page.get_by_text("55 − 0 − 0 − 3 = 52")).to_be_visible()

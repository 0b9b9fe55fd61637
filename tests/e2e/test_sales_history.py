"""After a shop's history was imported: from a code to its number, to the invoice that took six."""

import re

import pytest
from playwright.sync_api import expect

from inventory.models import Item
from inventory.operations import sales_history
from tests.e2e.acts import make_person, scan, sign_in_by_keyboard, tab_to
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.fit import misfits
from tests.e2e.timeline import adds_up, rows_of
from tests.factories import make_place, make_user

HISTORY = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,71053,WHITE METAL LANTERN,8,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536365,84406b,CREAM CUPID HEARTS COAT HANGER,9,2010-12-01 08:26:00,2.75,17850.0,United Kingdom
536390,85123a,WHITE HANGING HEART T-LIGHT HOLDER,64,2010-12-01 10:19:00,2.55,17511.0,United Kingdom
C536391,85123A,WHITE HANGING HEART T-LIGHT HOLDER,-2,2010-12-01 10:24:00,2.55,17511.0,United Kingdom
536392,71053,WHITE METAL LANTERN,1,2010-12-01 10:29:00,3.39,13705.0,United Kingdom
"""


@pytest.fixture(scope="module")
def imported(committed, tmp_path_factory):
    """The hanging heart, as that history left it."""
    path = tmp_path_factory.mktemp("history") / "2010-12.csv"
    path.write_text(HISTORY)
    shelf = make_place()
    report = sales_history.import_sales_history(paths=[path], actor=make_user(), place=shelf.code)
    assert (report.booked, report.rejected) == (6, 0)
    return Item.objects.get(sku="85123A")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("code", ["85123A", "85123a"])
def test_a_number_is_followed_to_the_other_lines_of_the_invoice_that_took_six(
    window, imported, size, code
):
    page = window(viewport=size)
    sign_in_by_keyboard(page, make_person(role="Warehouse"))

    scan(page, code)
    page.wait_for_url(f"**{imported.get_absolute_url()}")

    lines, before = rows_of(page)
    number = adds_up(page)
    expect(page.get_by_role("heading", name=f"Why is it {number}?")).to_be_visible()
    assert [line.on_hand for line in lines[:3]] == [2, -64, -6]
    assert before.after == 0
    six = page.get_by_role("cell", name="\u22126", exact=True)
    took_six = page.get_by_role("row").filter(has_text="Shipped", has=six)
    expect(took_six).to_have_count(1)
    tab_to(page, took_six.get_by_role("link", name="536365"))
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"/movements\?reference="))
    rows = page.get_by_role("table").get_by_role("row")
    for sku, moved in {"85123A": "\u22126", "71053": "\u22128", "84406B": "\u22129"}.items():
        line = rows.filter(has=page.get_by_role("link", name=sku, exact=True))
        expect(line).to_have_count(1)
        expect(line).to_contain_text(moved)
    expect(rows).to_have_count(1 + 3)
    assert misfits(page) == []

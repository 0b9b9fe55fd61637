"""Reserving goods by keyboard: what is held is seen, what is not there is refused."""

import re

import pytest
from django.db import connection
from playwright.sync_api import expect

from inventory.models import Hold, StockLevel
from tests.e2e.acts import make_person, press, scan, sign_in, tab_to
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.fit import misfits
from tests.factories import make_item, make_place, make_stock

BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def reserve(page, quantity):
    press(page, "h")
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.keyboard.type(str(quantity))
    page.keyboard.press("Enter")


def let_time_run_out(item):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_hold SET expires_at = clock_timestamp() - interval '1 second'"
            " WHERE status = 'active' AND id IN (SELECT hold_id FROM inventory_holdline"
            " JOIN inventory_stocklevel AS level ON level.id = level_id WHERE item_id = %s)",
            [item.pk],
        )


@BOTH
def test_hold_5_of_3_and_4_is_seen_and_3_more_wait_until_its_time_is_over(window, committed, size):
    item, page = make_item(), window(viewport=size)
    bins = [make_stock(quantity, item=item).location.code for quantity in (3, 4)]
    sign_in(page, make_person(role="Support", name="Support 1"))
    scan(page, item.sku)
    expect(page.get_by_role("heading", name=item.name)).to_be_visible()

    reserve(page, 5)
    expect(page.get_by_text(f"5 of {item.sku} are held until")).to_be_visible()
    holds = page.get_by_role("region", name="Who holds it")
    for code, quantity in zip(bins, (3, 2), strict=True):
        expect(holds).to_contain_text(
            re.compile(code.replace("-", r"\s*-?\s*") + rf"\s*{quantity}")
        )
    assert misfits(page) == []

    reserve(page, 3)
    expect(page.get_by_role("alert")).to_contain_text(f"2 available of {item.sku}, not 3.")
    assert Hold.objects.filter(lines__level__item=item).distinct().count() == 1

    let_time_run_out(item)
    field = page.get_by_label("Quantity")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"3 of {item.sku} are held until")).to_be_visible()
    held = StockLevel.objects.filter(item=item).values_list("held", flat=True)
    assert sum(held) == 3


@BOTH
def test_a_hold_is_confirmed_and_shipped_by_keyboard(window, committed, size):
    place = make_place()
    item, page = make_stock(9, place=place).item, window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at=item.get_absolute_url())
    reserve(page, 4)
    tab_to(page, page.get_by_role("link", name=re.compile(r"^Hold \d+$")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What it holds")).to_be_visible()
    assert misfits(page) == []

    tab_to(page, page.get_by_label("Promise it to"))
    page.keyboard.type("order:1042")
    page.keyboard.press("Enter")
    expect(page.get_by_text("is confirmed: promised to order:1042.")).to_be_visible()

    page.goto(item.get_absolute_url())
    tab_to(page, page.get_by_role("region", name="Promised to").get_by_role("link", name="Ship"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Quantity")).to_have_value("4")
    tab_to(page, page.get_by_role("form").get_by_role("button", name="Ship"))
    page.keyboard.press("Enter")

    expect(page.get_by_text(f"Shipped 4 at {place.code}. On hand there now: 5.")).to_be_visible()
    level = StockLevel.objects.get(item=item)
    assert (level.on_hand, level.allocated, level.held) == (5, 0, 0)

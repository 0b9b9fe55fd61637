"""Promises go along with their goods, or give way and their owners hear of it."""

import re

import pytest
from playwright.sync_api import expect

from inventory.models import Hold, HoldLine
from tests.e2e.acts import make_person, press, sign_in, tab_to
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.fit import misfits
from tests.factories import make_place, make_stock
from tests.inventory.test_holds import hold

BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def plate(code):
    """A code as its plate says it."""
    return re.compile(code.replace("-", r"\s*-?\s*"))


def move(page, *, to, quantity):
    press(page, "m")
    expect(page.get_by_label("To", exact=True)).to_be_focused()
    page.keyboard.type(to)
    tab_to(page, page.get_by_label("Quantity"))
    page.keyboard.type(str(quantity))
    page.keyboard.press("Enter")


@BOTH
def test_a_moved_hold_is_seen_at_its_new_place(window, committed, size):
    shelf, elsewhere = make_stock(5), make_place()
    made = hold(5, item=shelf.item.sku, actor=make_person(name="Support 1", role="Support"))
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at=shelf.item.get_absolute_url())

    move(page, to=elsewhere.code, quantity=5)

    expect(page.get_by_text(f"Moved 5 to {elsewhere.code}.")).to_be_visible()
    holds = page.get_by_role("region", name="Who holds it")
    expect(holds).to_contain_text(plate(elsewhere.code))
    holds.get_by_role("link", name=str(made)).click()
    expect(page.get_by_role("region", name="What it holds")).to_contain_text(plate(elsewhere.code))
    assert misfits(page) == []


@BOTH
def test_a_move_to_where_nothing_is_sold_says_whom_it_breaks(window, committed, size):
    shelf, returns = make_stock(5), make_place(sellable=False)
    support = make_person(name="Support 1", role="Support")
    made = hold(4, item=shelf.item.sku, actor=support, contact="Visitor 12")
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at=shelf.item.get_absolute_url())

    move(page, to=returns.code, quantity=5)

    warned = page.get_by_role("alert")
    expect(warned).to_contain_text(f"{made} for Visitor 12, made by Support 1, loses 4")
    expect(warned).to_contain_text("Nothing was written")
    assert misfits(page) == []
    assert HoldLine.objects.get(hold=made).level_id == shelf.pk

    tab_to(page, page.get_by_role("button", name="Move and break it"))
    page.keyboard.press("Enter")

    expect(page.get_by_text(f"Moved 5 to {returns.code}.")).to_be_visible()
    assert Hold.objects.get(pk=made.pk).status == "broken"


@BOTH
def test_a_count_breaks_the_youngest_hold_and_its_owner_hears_why(window, committed, letters, size):
    shelf = make_stock(5)
    support = make_person(name="Support 1", role="Support")
    old = hold(3, item=shelf.item.sku, actor=support)
    young = hold(2, item=shelf.item.sku, actor=support, contact="Visitor 12")
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at=shelf.item.get_absolute_url())

    page.get_by_label(f"Count what stands at {shelf.location.code}").click()
    counted = page.get_by_label("Counted here")
    expect(counted).to_be_focused()
    counted.fill("4")
    # The promises lose it, not what is free.
    expect(page.locator("[data-preview]")).to_contain_text("available 0 → 0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(f"{young} for Visitor 12")
    expect(page.get_by_role("alert")).not_to_contain_text(str(old))
    assert misfits(page) == []
    page.get_by_role("button", name="Count and break it").click()
    expect(page.get_by_text(f"Counted 4 at {shelf.location.code}: −1.")).to_be_visible()

    [letter] = [each for each in letters() if each["To"] == support.email]
    assert letter["Subject"] == f"{young} has lost 1 of {shelf.item.sku}"
    assert "Counted by Warehouse 1" in letter.get_content()

    mine = window(viewport=size)
    sign_in(mine, support, at=young.get_absolute_url())
    happened = mine.get_by_role("region", name="What happened")
    expect(happened).to_contain_text("Promise broken")
    expect(happened.get_by_role("link", name="Counted")).to_be_visible()
    mine.get_by_role("button", name="Confirm").click()
    expect(mine.get_by_text(f"Left: 1 of 2 {shelf.item.sku}.")).to_be_visible()
    mine.get_by_role("button", name="Confirm what is left").click()
    expect(mine.get_by_text(f"{young} is confirmed")).to_be_visible()

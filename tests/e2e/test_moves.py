"""Receiving, shipping and undoing by keyboard alone, at a desk, on a phone, and twice at once."""

import pytest
from playwright.sync_api import expect

from inventory.models import StockLevel, StockMovement
from tests.e2e.acts import (
    choose_by_keyboard,
    make_person,
    press,
    scan,
    sign_in,
    sign_in_by_keyboard,
    tab_to,
)
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.fit import misfits
from tests.e2e.timeline import adds_up
from tests.factories import make_item, make_place, make_stock

BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
KEYS = {"Receive": "r", "Ship": "p", "Return": "t", "Adjust": "a"}
# Sends what is typed into the open form twice in the same moment, as an impatient hand does.
TWICE = """form => {
    const sent = () => fetch(form.action, {method: "POST", body: new FormData(form)});
    return Promise.all([sent(), sent()]).then(all => all.map(one => one.status));
}"""


@pytest.fixture(scope="module")
def a_01(committed):
    return make_place(code="A-01")


def moves_of(item) -> list[tuple[str, int]]:
    moves = StockMovement.objects.filter(level__item=item).order_by("id")
    return list(moves.values_list("kind", "on_hand_delta"))


def on_hand(item, place) -> int:
    return StockLevel.objects.get(item=item, location=place).on_hand


@BOTH
def test_receive_20_ship_5_and_ship_500_is_refused(window, a_01, size):
    item, page = make_item(), window(viewport=size)
    sign_in_by_keyboard(page, make_person(role="Warehouse"))
    scan(page, item.sku)
    expect(page.get_by_role("heading", name=item.name)).to_be_visible()

    press(page, "r")
    expect(page.get_by_label("Place", exact=True)).to_be_focused()
    scan(page, "a-01")
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.keyboard.type("20")
    assert misfits(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_text("Received 20 at A-01. On hand there now: 20.")).to_be_visible()

    press(page, "p")
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Shipped 5 at A-01. On hand there now: 15.")).to_be_visible()
    booked = [("receive", 20), ("ship", -5)]
    assert moves_of(item) == booked

    press(page, "p")
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.keyboard.type("500")
    page.keyboard.press("Enter")
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("15 of 500")
    expect(refusal).to_contain_text("Nothing was written")
    expect(page.get_by_label("Quantity")).to_be_focused()
    assert misfits(page) == []
    assert moves_of(item) == booked
    assert on_hand(item, a_01) == 15


def test_a_code_that_is_scanned_into_the_quantity_books_nothing(page, a_01):
    item = make_stock(20, place=a_01).item
    sign_in(page, make_person(role="Warehouse"), at=item.get_absolute_url())
    press(page, "r")
    page.get_by_label("Place", exact=True).fill("A-01")
    quantity = page.get_by_label("Quantity")
    quantity.focus()

    scan(page, "28970")

    said = quantity.evaluate("one => one.validationMessage")
    assert "scanned code" in said
    expect(quantity).to_have_value("")
    expect(quantity).to_be_focused()
    quantity.fill("7")  # typed by hand it books
    page.keyboard.press("Enter")
    expect(page.get_by_text("Received 7 at A-01")).to_be_visible()
    assert moves_of(item) == [("receive", 20), ("receive", 7)]


@BOTH
def test_the_shipment_is_undone_and_never_twice(window, a_01, size):
    item = make_stock(20, place=a_01).item
    page, elsewhere = window(viewport=size), window(viewport=size)
    sign_in_by_keyboard(page, make_person(role="Warehouse"))
    sign_in(elsewhere, make_person(role="Warehouse"), at=item.get_absolute_url())
    scan(page, item.sku)
    expect(page.get_by_role("heading", name="Why is it 20?")).to_be_visible()
    press(page, "p")
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why is it 15?")).to_be_visible()
    elsewhere.reload()
    for each in (page, elsewhere):
        tab_to(each, each.get_by_role("link", name="Reverse: Shipped −5 at A-01"))
        each.keyboard.press("Enter")
        expect(each.get_by_role("button", name="Reverse: +5 at A-01")).to_be_focused()

    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why is it 20?")).to_be_visible()
    elsewhere.keyboard.press("Enter")

    said = elsewhere.get_by_role("alert")
    expect(said).to_contain_text("reversed")
    expect(said).to_contain_text("Nothing was written")
    assert misfits(elsewhere) == []
    assert moves_of(item) == [("receive", 20), ("ship", -5), ("reverse", 5)]
    assert on_hand(item, a_01) == 20
    shipped = StockMovement.objects.get(level__item=item, kind="ship")
    assert shipped.reversal.reversal_of == shipped


@BOTH
def test_a_line_and_what_undid_it_lead_to_each_other(window, a_01, size):
    item, page = make_stock(20, place=a_01).item, window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at=item.get_absolute_url())
    press(page, "p")
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Shipped 5 at A-01")).to_be_visible()

    tab_to(page, page.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Why is it 20?")).to_be_visible()
    there = StockMovement.objects.get(level__item=item, kind="ship")
    tab_to(page, page.get_by_role("link", name="Shipment reversed"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#line-{there.pk}")
    tab_to(page, page.get_by_role("link", name="reversed", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#line-{there.reversal.pk}")
    assert adds_up(page) == 20


@pytest.mark.parametrize("act", KEYS)
def test_a_form_posted_twice_at_once_books_one_movement(page, a_01, act):
    item = make_stock(20, place=a_01).item
    sign_in(page, make_person(role="Warehouse"), at=item.get_absolute_url())
    press(page, KEYS[act])
    page.get_by_label("Change by" if act == "Adjust" else "Quantity").fill("3")
    if act in ("Return", "Adjust"):
        page.get_by_label("Why", exact=True).select_option(index=1)

    answers = page.get_by_role("form", name=f"{act} {item.sku}").evaluate(TWICE)

    assert len(moves_of(item)) == 2, answers
    assert answers == [200, 200]
    assert on_hand(item, a_01) == (17 if act == "Ship" else 23)


def test_a_reversal_posted_twice_at_once_books_one_movement(page, a_01):
    item = make_stock(20, place=a_01).item
    sign_in(page, make_person(role="Warehouse"), at=item.get_absolute_url())
    page.get_by_role("link", name="Reverse: Received").press("Enter")

    answers = page.get_by_role("form", name="Reverse").evaluate(TWICE)

    assert moves_of(item) == [("receive", 20), ("reverse", -20)]
    assert answers == [200, 200]


def test_two_people_adjust_the_same_level_at_the_same_moment(window, a_01):
    item = make_stock(20, place=a_01).item
    windows = [window(), window()]
    for number, page in enumerate(windows, start=1):
        person = make_person(name=f"Counter {number}", role="Warehouse")
        sign_in(page, person, at=item.get_absolute_url())
        press(page, "a")
        expect(page.get_by_label("Change by")).to_be_focused()
        page.keyboard.type(f"-{number}")
        tab_to(page, page.get_by_label("Why", exact=True))
        choose_by_keyboard(page, "Dam")

    # Neither waits for the answer of the other.
    answered = [page.expect_response("**/adjust") for page in windows]
    with answered[0], answered[1]:
        for page in windows:
            page.get_by_role("button", name="Adjust by").press("Enter", no_wait_after=True)

    for page in windows:
        expect(page.get_by_role("heading", name="Why is it")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Why is it 17?")).to_be_visible()
        expect(
            page.get_by_text("by Counter 1").or_(page.get_by_text("by Counter 2"))
        ).to_have_count(2)
        assert adds_up(page) == 17
    assert sorted(moves_of(item)) == [("adjust", -2), ("adjust", -1), ("receive", 20)]

"""Finding things in the top bar while typing, by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.e2e.acts import make_person, press, sign_in, tab_to
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.fit import misfits
from tests.factories import make_item

BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture(scope="module")
def lanterns(committed):
    return [make_item(sku=f"LNT-{number}", name=f"Storm lantern {number}") for number in (1, 2)]


@BOTH
def test_what_is_typed_is_found_and_the_arrows_lead_to_it(window, lanterns, size):
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"), at="/movements")

    press(page, "/")
    page.keyboard.type("storm lan")

    items = page.get_by_role("banner").get_by_role("region", name="Items")
    expect(items.get_by_role("link")).to_have_text(
        ["LNT-1 Storm lantern 1", "LNT-2 Storm lantern 2"]
    )
    assert misfits(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(items.get_by_role("link", name="LNT-2")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{lanterns[0].get_absolute_url()}")


@BOTH
def test_nothing_found_is_said_and_leaving_the_field_clears_the_view(window, lanterns, size):
    page = window(viewport=size)
    sign_in(page, make_person(role="Warehouse"))
    press(page, "/")
    page.keyboard.type("zebra")

    said = page.get_by_text("Nothing is called \u201czebra\u201d. Try part of its name.")
    expect(said).to_be_visible()
    page.keyboard.press("Tab")
    expect(said).to_be_hidden()


def test_what_was_typed_while_the_page_was_still_loading_is_found(page, lanterns):
    sign_in(page, make_person(role="Warehouse"), at="/livez")
    held = []
    page.route("**/htmx*.js", lambda route: held.append(route))
    page.goto("/", wait_until="commit")
    page.get_by_label("Search everything").press_sequentially("storm")
    assert held

    for route in held:
        route.continue_()

    expect(page.get_by_role("link", name="LNT-1")).to_be_visible()


def test_escape_leads_back_to_the_field(page, lanterns):
    sign_in(page, make_person(role="Warehouse"))
    press(page, "/")
    page.keyboard.type("storm")
    expect(page.get_by_role("link", name="LNT-1")).to_be_visible()
    page.keyboard.press("ArrowDown")

    page.keyboard.press("Escape")

    expect(page.get_by_label("Search everything")).to_be_focused()


def test_the_page_of_the_search_finds_while_typing_and_keeps_its_address(page, lanterns):
    sign_in(page, make_person(role="Warehouse"), at="/search")
    field = page.get_by_label("Search here")
    tab_to(page, field)
    page.keyboard.type("storm lantern 2")

    expect(page.get_by_role("main").get_by_role("link", name="LNT-2")).to_be_visible()
    page.wait_for_url("**/search?q=storm+lantern+2")
    page.reload()
    expect(page.get_by_role("main").get_by_role("link", name="LNT-2")).to_be_visible()


def test_a_word_that_somebody_may_not_search_for_finds_nothing(page, lanterns):
    sign_in(page, make_person())
    press(page, "/")
    page.keyboard.type("storm")

    expect(page.get_by_text("Nothing is called \u201cstorm\u201d")).to_be_visible()

"""A person with rights on one site meets the other one: not found, everywhere the same."""

import re

import pytest
from playwright.sync_api import expect

from inventory import operations
from tests.e2e.acts import make_person, scan, sign_in
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.fit import misfits
from tests.factories import grant, make_item, make_place, make_site, make_stock, make_user

BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


class Sites:
    """Three mugs in the north, 900 in the south, with an order and a hold of each."""

    def __init__(self) -> None:
        self.mug = make_item()
        self.north, self.south = make_site(), make_site()
        self.here = make_stock(3, item=self.mug, place=make_place(parent=self.north))
        self.there = make_stock(900, item=self.mug, place=make_place(parent=self.south))
        self.order = f"order:{self.mug.pk}77"
        self.shipped = operations.ship_stock(
            sku=self.mug.sku,
            place=self.there.location.code,
            quantity=20,
            reference=self.order,
            actor=make_user(),
        )


@pytest.fixture
def sites(committed):
    return Sites()


def plate(level) -> re.Pattern:
    """The code of its place as a label writes it, with or without the dash."""
    return re.compile(rf"\b{level.location.code.replace('-', '-?')}\b")


def kept_to(site, **fields):
    person = make_person(name="Warehouse 2", role="Warehouse", **fields)
    grant(person, site)
    return person


@BOTH
def test_numbers_are_those_of_the_site(window, sites, size):
    page = window(viewport=size)
    sign_in(page, kept_to(sites.north), at=sites.mug.get_absolute_url())

    expect(page.get_by_role("heading", name=f"Why is it 3 at {sites.north.code}?")).to_be_visible()
    expect(page.get_by_text(f"Stock at {sites.north.code} alone")).to_be_visible()
    expect(page.get_by_text(plate(sites.here))).not_to_have_count(0)
    expect(page.get_by_text(plate(sites.there))).to_have_count(0)
    assert misfits(page) == []


def test_the_other_site_is_not_found_by_any_door(window, sites):
    page = window()
    person = kept_to(sites.north, is_staff=True)
    person.groups.add(*make_person(role="Supervisor").groups.all())
    sign_in(page, person)
    missing = page.get_by_role("heading", name="There is nothing here")

    # By its address.
    for address in (
        f"/movements/{sites.shipped.pk}/reverse",
        f"{sites.mug.get_absolute_url()}?line={sites.shipped.pk}",
    ):
        assert page.goto(address).status == 404
        expect(missing).to_be_visible()

    # By search, which says the same of what does not exist.
    for code in (sites.there.location.code, sites.order, "NO-SUCH-CODE"):
        page.goto("/search?q=" + code)
        expect(page.get_by_text(f"Nothing is called “{code}”")).to_be_visible()

    # By its scanned code.
    for code in (sites.there.location.code, "NO-SUCH-CODE"):
        page.goto("/")
        scan(page, code)
        expect(page.get_by_role("alert")).to_contain_text(f"Nothing here is called “{code}”")

    # By an export.
    exported = page.request.get(f"/movements?format=csv&item={sites.mug.sku}").text()
    assert sites.here.location.code in exported
    assert sites.there.location.code not in exported

    # By the admin, which goes back to its list and says that there is none.
    for table, row in (("location", sites.there.location_id), ("stocklevel", sites.there.pk)):
        page.goto(f"/admin/inventory/{table}/{row}/change/")
        expect(page.get_by_text("doesn’t exist")).to_be_visible()
    page.goto("/admin/inventory/stocklevel/?q=" + sites.mug.sku)
    expect(page.get_by_text(sites.here.location.code)).to_be_visible()
    expect(page.get_by_text(sites.there.location.code)).to_have_count(0)

    # By a booking.
    page.goto(f"/items/{sites.mug.pk}/ship?place={sites.there.location.code}")
    page.get_by_label("Quantity").fill("1")
    page.get_by_role("button", name="Ship", exact=False).first.click()
    expect(page.get_by_text(f"No place has the code “{sites.there.location.code}”")).to_be_visible()
    sites.there.refresh_from_db()
    assert sites.there.on_hand == 880


@BOTH
def test_an_admin_gives_a_right_and_takes_it_again(window, sites, size):
    boss, person = window(viewport=size), make_person(name="Warehouse 9", role="Warehouse")
    sign_in(boss, make_person(name="Admin", superuser=True), at="/admin/inventory/grant/")
    expect(boss.get_by_text("Whoever has no grant")).to_be_visible()
    theirs = window()
    sign_in(theirs, person, at=sites.mug.get_absolute_url())
    expect(theirs.get_by_role("heading", name="Why is it 883?")).to_be_visible()

    boss.goto("/admin/inventory/grant/add/")
    for field, words, chosen in (
        ("user", person.email, person.name),
        ("location", sites.north.code, sites.north.code),
    ):
        boss.locator(f".field-{field} .select2-selection").click()
        boss.locator(".select2-search__field").fill(words)
        boss.locator(".select2-results__option--highlighted", has_text=chosen).click()
    boss.get_by_role("button", name="Save", exact=True).click()
    expect(boss.get_by_text(f"Warehouse 9 at {sites.north.code}").first).to_be_visible()

    # From their next click.
    theirs.reload()
    expect(
        theirs.get_by_role("heading", name=f"Why is it 3 at {sites.north.code}?")
    ).to_be_visible()

    given = person.grants.get()
    boss.goto(f"/admin/inventory/grant/{given.pk}/delete/")
    expect(boss.get_by_role("alert")).to_contain_text("sees and moves everything")
    boss.get_by_role("button", name="Yes").click()
    boss.wait_for_url("**/admin/inventory/grant/")
    theirs.reload()
    expect(theirs.get_by_role("heading", name="Why is it 883?")).to_be_visible()

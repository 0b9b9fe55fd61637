"""What must hold on every page: nothing that axe finds serious, no error, no breach of the CSP."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.urls import reverse

from inventory import operations
from inventory.models import Barcode, Hold, Location, Pack
from tests.acts import adjust
from tests.e2e.acts import make_person, sign_in
from tests.e2e.conftest import PHONE
from tests.e2e.fit import misfits
from tests.factories import make_item, make_stock

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
# Without `preload`, or axe puts every imported sheet into a <style>, which the CSP refuses.
FOUND = """async () => (await axe.run(document, {
    preload: false,
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
})).violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 120)).join(" | ")}`)
"""


@pytest.fixture
def stocked(committed):
    shelf = make_stock(40, item=make_item(reorder_at=50))
    adjust(shelf, by=-3)
    operations.hold_stock(
        lines=[(shelf.item.sku, 2)],
        lifetime=timedelta(hours=1),
        actor=shelf.movements.first().actor,
        key=uuid4(),
        contact="Visitor 12",
    )
    operations.allocate_stock(
        sku=shelf.item.sku, quantity=1, reference="order:7", actor=shelf.movements.first().actor
    )
    box = Pack.objects.create(item=shelf.item, label="box", factor=12)
    Barcode.objects.create(item=shelf.item, pack=box, code=f"50{shelf.item_id:011}")
    operations.note_stock_change(items=[shelf.item_id])
    operations.check_ledger(full=True)
    return shelf.item


def addresses(item) -> list[str]:
    return [
        "/",
        "/items",
        f"/items?q={item.sku}",
        "/items?q=nothing-is-called-so",
        item.get_absolute_url(),
        item.barcodes.get().leads_to,
        reverse("inventory:receive-stock", args=[item.pk]),
        reverse("inventory:adjust-stock", args=[item.pk]),
        "/items/new",
        reverse("inventory:hold-stock", args=[item.pk]),
        "/places",
        *[
            address
            for place in Location.objects.filter(levels__item=item)
            for address in (
                place.get_absolute_url(),
                place.parent.get_absolute_url(),
                reverse("inventory:count-place", args=[place.pk]),
                reverse("inventory:move-everything", args=[place.pk]),
            )
        ],
        "/move",
        "/holds",
        *[hold.get_absolute_url() for hold in Hold.objects.all()],
        "/movements",
        "/ledger",
        "/search?q=item",
        "/scan",
        "/effects",
        "/no-such-page",
        reverse("account_change_password"),
        "/admin/",
        "/admin/inventory/location/",
        f"/admin/inventory/item/{item.pk}/change/",
    ]


def serious(page) -> list[str]:
    page.evaluate(AXE)
    return page.evaluate(FOUND)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(window, stocked, scheme):
    page = window(color_scheme=scheme)
    sign_in(page, make_person(name="Admin", superuser=True))

    found = {}
    for address in addresses(stocked):
        page.goto(address)
        if problems := serious(page):
            found[address] = problems

    assert not found, found


@pytest.mark.parametrize("address", ["/account/login/", "/account/password/reset/"])
def test_axe_finds_nothing_serious_before_the_door(page, address):
    page.goto(address)

    assert serious(page) == []


def test_every_page_fits_a_phone_and_a_finger(window, stocked):
    page = window(viewport=PHONE)
    sign_in(page, make_person(name="Admin", superuser=True))

    found = {}
    for address in addresses(stocked):
        page.goto(address)
        if problems := misfits(page):
            found[address] = problems

    assert not found, "\n".join(f"{at}: {each}" for at, all in found.items() for each in all)


def test_every_link_leads_somewhere(page, stocked):
    sign_in(page, make_person(name="Admin", superuser=True))
    waiting, seen, broken = ["/"], {"/"}, []

    while waiting and len(seen) < 150:
        answer = page.goto(waiting.pop())
        if answer.status != 200:
            broken.append((answer.status, answer.url))
        for link in page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"):
            parts = urlsplit(link)
            address = f"{parts.path}?{parts.query}" if parts.query else parts.path
            ours = link.startswith(page.url.split("/", 3)[0] + "//" + urlsplit(page.url).netloc)
            if ours and address not in seen and "format=csv" not in address:
                seen.add(address)
                waiting.append(address)

    assert broken == []
    assert len(seen) > 30


def test_the_first_visit_of_items_is_light(window, stocked):
    for _ in range(60):
        make_item()
    page = window()
    sign_in(page, make_person(name="Admin", superuser=True))
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    sizes = []
    session.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))

    page.goto("/items", wait_until="networkidle")

    assert sum(sizes) < 150_000

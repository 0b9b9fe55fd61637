"""I10: whoever asks what may be sold of an item in a scope, through whatever door, gets one number.

`BACKROOM_SKUS=200` asks of more items.
"""

import csv
import io
import os
import random
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.access import movable_scope_of, scope_of
from accounts.models import User
from inventory import availability, operations
from inventory.models import Hold, Item, Location, StockLevel
from tests.factories import grant, make_item, make_place, make_site, make_user

SKUS = int(os.environ.get("BACKROOM_SKUS", "30"))
ACTS_OF_AN_ITEM = 6
HOUR = timedelta(hours=1)


def live_a_week(places: list[Location], items: list[Item], actor: User, chance: random.Random):
    """Book at random, refusals and all, until every figure of a level has something in it."""
    for item in items:
        book = {"sku": item.sku, "actor": actor}
        lot = {"lot": f"L{chance.randint(1, 2)}"} if item.tracks_lots else {}
        for place in chance.sample(places, 3):
            operations.receive_stock(
                place=place.code, quantity=chance.randint(3, 20), **book, **lot
            )
    for item in chance.choices(items, k=ACTS_OF_AN_ITEM * len(items)):
        act = chance.choice(acts(item, places, actor, chance))
        try:
            act()
        except (operations.StockError, IndexError):
            continue


def acts(item: Item, places: list[Location], actor: User, chance: random.Random):
    """What may be done with an item at random."""
    book = {"sku": item.sku, "actor": actor, "quantity": chance.randint(1, 6)}
    at = {"place": chance.choice(places).code, **book}
    away = {"reason": "damaged", "accepts": None}
    hold = {"lines": [(item.sku, book["quantity"])], "lifetime": HOUR, "key": uuid4()}
    return [
        lambda: operations.ship_stock(**at),
        lambda: operations.quarantine_stock(**at, **away),
        lambda: operations.restore_stock(**at),
        lambda: operations.scrap_stock(**at, **away),
        lambda: operations.move_stock(**at, to_place=chance.choice(places).code, accepts=None),
        lambda: operations.allocate_stock(**book, reference="order:7"),
        lambda: operations.hold_stock(**hold, actor=actor),
        lambda: operations.release_hold(hold=Hold.objects.order_by("?")[0].pk, actor=actor),
    ]


@pytest.fixture
def week(db):
    """Two sites after a week, and people who see all, one site, and one bin."""
    chance = random.Random(10)
    sites = [make_site(code="NORTH"), make_site(code="SOUTH")]
    places = [
        make_place(code=f"{site.code}-{number}", parent=site, sellable=number != 3)
        for site in sites
        for number in (1, 2, 3)
    ]
    boss = make_user(name="Supervisor 1", superuser=True)
    items = [
        make_item(sku=f"W-{number:03}", tracking="lot" if number % 5 == 0 else "none")
        for number in range(SKUS)
    ]
    live_a_week(places, items, boss, chance)
    figures = StockLevel.objects.values_list("allocated", "held", "unavailable")
    assert all(any(column) for column in zip(*figures, strict=True))
    people = [boss]
    for place in (sites[0], places[4]):
        person = make_user(name=f"Sees {place}", is_staff=True)
        person.user_permissions.set(Permission.objects.all())
        grant(person, place)
        people.append(User.objects.get(pk=person.pk))
    return items, people


# --- the doors ---------------------------------------------------------------------------------


def read_of_item(person: User, items: list[Item]) -> dict[str, int]:
    scope = scope_of(person)
    return {item.sku: availability.of_item(item, scope=scope).available for item in items}


def read_annotated(person: User, items: list[Item]) -> dict[str, int]:
    rows = availability.annotated(Item.objects.for_user(person), scope=scope_of(person))
    return dict(rows.values_list("sku", "available"))


def read_by_place(person: User, items: list[Item]) -> dict[str, int]:
    def free(item: Item) -> int:
        levels = availability.by_place(item, scope=scope_of(person))
        return sum(level.available for level in levels if level.location.sells)

    return {item.sku: free(item) for item in items}


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def read_page(person: User, items: list[Item]) -> dict[str, int]:
    client = browser(person)

    def shown(item: Item) -> int:
        page = client.get(item.get_absolute_url()).content.decode()
        return number_in(re.search(r"Why is it <mark>([^<]*)</mark>", page)[1])

    return {item.sku: shown(item) for item in items}


def read_export(person: User, items: list[Item]) -> dict[str, int]:
    answer = browser(person).get(reverse("inventory:item-list"), {"format": "csv"})
    text = b"".join(answer).decode("utf-8-sig")
    return {row["SKU"]: int(row["Available"]) for row in csv.DictReader(io.StringIO(text))}


def read_list(person: User, items: list[Item]) -> dict[str, int]:
    return {
        re.search(r'class="code"[^>]*>([^<]+)<', row)[1]: number_in(
            re.search(r'class="available[^"]*">([^<]*)<', row)[1]
        )
        for page in pages_of(browser(person), reverse("inventory:item-list"))
        for row in re.findall(r"<tr data-href.*?</tr>", page, flags=re.DOTALL)
    }


def read_places(person: User, items: list[Item]) -> dict[str, int]:
    """The sum over what the page of each outermost place exports."""
    client, numbers = browser(person), dict.fromkeys((item.sku for item in items), 0)
    seen = Location.objects.for_user(person)
    for place in seen.exclude(parent__in=seen):
        answer = client.get(place.get_absolute_url(), {"format": "csv"})
        text = b"".join(answer).decode("utf-8-sig")
        for row in csv.DictReader(io.StringIO(text)):
            numbers[row["SKU"]] += int(row["Available"])
    return numbers


def read_admin(person: User, items: list[Item]) -> dict[str, int]:
    """The sum over the levels that sell, of those that the admin's table shows."""
    client = browser(person)
    numbers = {}
    for item in items:
        answer = client.get(reverse("admin:inventory_stocklevel_changelist"), {"q": item.sku})
        levels = answer.context["cl"].result_list
        numbers[item.sku] = sum(level.available for level in levels if level.location.sells)
    return numbers


def read_refusals(person: User, items: list[Item]) -> dict[str, int]:
    """What the ledger says is available when a hold asks for more than there can be."""
    assert scope_of(person) == movable_scope_of(person)
    numbers = {}
    for item in items:
        with pytest.raises(operations.NotEnoughStock) as refused:
            operations.hold_stock(
                lines=[(item.sku, 10_000)], lifetime=HOUR, actor=person, key=uuid4()
            )
        numbers[item.sku] = refused.value.shortages[0].available_now
    return numbers


def pages_of(client: Client, url: str) -> Iterator[str]:
    while url:
        page = client.get(url).content.decode()
        yield page
        following = re.search(r'rel="next" href="([^"]*)"', page)
        url = following[1].replace("&amp;", "&") if following else ""
        if url.startswith("?"):
            url = reverse("inventory:item-list") + url


def number_in(text: str) -> int:
    return int(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))


DOORS = [
    read_annotated,
    read_by_place,
    read_page,
    read_export,
    read_list,
    read_places,
    read_admin,
    read_refusals,
]


def test_every_reader_gives_the_same_number(week):
    items, people = week

    for person in people:
        expected = read_of_item(person, items)
        for door in DOORS:
            assert door(person, items) == expected, (door.__name__, person.name)
    everywhere, site, place = (sum(read_of_item(person, items).values()) for person in people)
    assert everywhere > max(site, place)
    assert min(site, place) > 0

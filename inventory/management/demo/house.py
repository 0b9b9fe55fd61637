"""The demonstration house: filled, gone on with, or left empty."""

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.operations import demo as people
from inventory import operations
from inventory.management.demo.booking import Desk
from inventory.management.demo.calendar import dates
from inventory.management.demo.catalogue import make_items, wares
from inventory.management.demo.lots import make_delicacies
from inventory.management.demo.places import make_grants, make_places
from inventory.management.demo.promises import make_promises
from inventory.management.demo.story import FEWEST, Act, Sold, first_story, next_story
from inventory.models import Item, ItemStatus, StockLevel, StockMovement

# `./dev up` fills only a database that carries its own mark.
NOT_FILLED = "Not to be filled with the demonstration shop"


class HouseRefused(Exception):
    """The house is not one for this. The text is fit to show."""


def fill() -> int:
    """Fill an empty house, all or nothing; return how many items it has now.

    :raises HouseRefused: if it has items already
    :raises PeopleError: without BACKROOM_DEMO=1
    """
    if Item.objects.exists():
        raise HouseRefused(
            "This house has items already, and nothing was changed. More movements: "
            "./dev manage seed --again. An empty house: ./dev reset"
        )
    with transaction.atomic():
        who = people.make_demo_people()
        make_places(actor=who["Admin"])
        items = make_items(actor=who["Admin"])
        if refused := _book(first_story(_sold()), who):
            raise RuntimeError(f"{refused} acts of the story were refused: it does not add up")
        make_promises(who)
        items += make_delicacies(who)
        make_grants(people=who)
    _bring_up_to_date(items)
    return len(items)


def go_on() -> tuple[int, int]:
    """Book sixty more days; return how many movements, and how many acts were refused.

    They start from what stands there now. People may be at work meanwhile: what they took is not
    there for an order of the story, which is then refused.

    :raises HouseRefused: if this is no demonstration house, or its places or people are gone
    """
    there = Item.objects.filter(
        sku__in=[ware.sku for ware in wares()], stocked=True, status=ItemStatus.ACTIVE
    )
    skus = set(there.values_list("sku", flat=True))
    sold = [item for item in _sold() if item.sku in skus]
    if len(sold) < FEWEST:
        raise HouseRefused(
            "There is no demonstration shop here, or too little of it is left. "
            "Run seed in an empty house first: ./dev reset"
        )
    levels = StockLevel.objects.filter(item__in=there, location__structural=False)
    standing = {
        (sku, place): available
        for sku, place, available in levels.values_list("item__sku", "location__code", "available")
    }
    before = StockMovement.objects.count()
    acts = next_story(sold, standing, orders=_last_order())
    who = {person.name: person for person in User.objects.filter(email__in=_demo_addresses())}
    refused = _book(acts, who)
    _bring_up_to_date(list(there))
    return StockMovement.objects.count() - before, refused


def leave_empty() -> bool:
    """Mark an empty database, so that `./dev up` does not fill it; tell whether it could be."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass('inventory_item') IS NOT NULL, datdba = "
            "(SELECT oid FROM pg_roles WHERE rolname = current_user), datname "
            "FROM pg_database WHERE datname = current_database()"
        )
        [(migrated, ours, name)] = cursor.fetchall()
        if not ours or (migrated and Item.objects.exists()):
            return False
        quoted = connection.ops.quote_name(name)
        cursor.execute(f"COMMENT ON DATABASE {quoted} IS '{NOT_FILLED}'")
    return True


def _sold() -> list[Sold]:
    return [Sold(ware.sku, ware.reorder_at, ware.thing.box) for ware in wares()]


def _book(acts: list[Act], who: dict[str, User]) -> int:
    desk = Desk(who)
    if missing := desk.missing(acts):
        raise HouseRefused(
            f"The story needs {', '.join(missing)}, which this house has no longer. "
            "Make them again, or begin with an empty house: ./dev reset"
        )
    return desk.book(acts, dates(len(acts), now=timezone.now()))


def _bring_up_to_date(items: list[Item]) -> None:
    """Do now what the relay and the clock would do in the next minute."""
    with connection.cursor() as cursor:
        # The planner knows nothing of tables that were empty a moment ago.
        cursor.execute("ANALYZE")
    operations.note_stock_change(items=[item.pk for item in items])
    operations.check_ledger(full=True)


def _last_order() -> int:
    """The highest number of an order that the ledger names."""
    references = StockMovement.objects.filter(reference__regex=r"^order:\d{1,9}$")
    numbers = references.order_by().values_list("reference", flat=True).distinct()
    return max((int(text.partition(":")[2]) for text in numbers), default=1000)


def _demo_addresses() -> list[str]:
    return [person.email for person in people.PEOPLE]

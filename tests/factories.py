"""The smallest valid thing of each kind; stock is booked through the ledger."""

from itertools import count

from accounts.models import Role, User
from inventory import operations
from inventory.models import Grant, Item, Location, LocationKind, StockLevel, Unit

_numbers = count(1)


def make_user(*, name: str = "Warehouse 1", superuser: bool = False, **fields) -> User:
    make = User.objects.create_superuser if superuser else User.objects.create_user
    email = fields.pop("email", f"person{next(_numbers)}@backroom.example")
    return make(email, fields.pop("password", None), name=name, **fields)


def make_item(**fields) -> Item:
    number = next(_numbers)
    fields.setdefault("sku", f"SKU-{number}")
    fields.setdefault("name", f"ITEM {number}")
    fields.setdefault("unit", Unit.objects.get(code="piece"))
    return Item.objects.create(**fields)


def make_site(**fields) -> Location:
    return make_place(kind=LocationKind.SITE, parent=None, **fields)


def make_place(**fields) -> Location:
    """A bin in a site of its own, unless told."""
    fields.setdefault("code", f"P-{next(_numbers)}")
    if "parent" not in fields:
        fields["parent"] = make_site()
    place = Location.objects.create(**fields)
    place.refresh_from_db()
    return place


def grant(holder: User | Role, place: Location, *, may_move: bool = True) -> Grant:
    """A right on `place` and all beneath it; hold for whoever is loaded from now on."""
    who = "user" if isinstance(holder, User) else "role"
    return Grant.objects.create(**{who: holder}, location=place, may_move=may_move)


def make_stock(
    quantity: int, *, item: Item | None = None, place: Location | None = None, actor=None
):
    """A level with `quantity` on hand, by a receipt; 0 gives a level that was emptied again."""
    item, place = item or make_item(), place or make_place()
    actor = actor or make_user()
    book = {"sku": item.sku, "place": place.code, "actor": actor}
    operations.receive_stock(quantity=quantity or 1, **book)
    if not quantity:
        operations.ship_stock(quantity=1, **book)
    return StockLevel.objects.select_related("item", "location").get(item=item, location=place)

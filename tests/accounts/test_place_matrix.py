"""Every page against the place: what stands elsewhere is not found, in the same words everywhere.

A page that is new has no row in `ROWS`, and fails until somebody has said what it shows of places.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from accounts.roles import DEVELOPER
from inventory import operations
from inventory.models import Allocation, Hold, Location, Lot, StockLevel, StockMovement
from tests.factories import grant, make_item, make_place, make_site, make_stock, make_user
from tests.test_project import OPEN, PAGES

pytestmark = pytest.mark.django_db

# What must never be read by whoever is kept to the north: nothing else on the pages is called so.
NUMBERS = ("8888", "8,888", "6,777", "6777", "1111", "1,111")
SECRETS = ("HIDDEN", *NUMBERS)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a page has to do with places, and whether the least role may open it.

    `kind` is how it is tried: `shown` opens and holds no secret, whatever it is asked; `object` is
    of one thing that stands at a place; `closed` is refused to whoever is kept to some places.
    `asks` are questions in its address, `sends` are forms, each a name with the thing that it
    names, or a word after an equals sign.
    """

    kind: str = "shown"
    of: str = ""
    lesser: bool = False
    asks: tuple[dict[str, str], ...] = ()
    sends: tuple[dict[str, str], ...] = ()
    args: tuple = field(default=())


def listed(*questions: dict[str, str], **row) -> Row:
    """A list: each question on the page and as export."""
    return Row(asks=(*questions, *({**asked, "format": "=csv"} for asked in questions)), **row)


def acts(*extra: dict[str, str]) -> Row:
    """A form that books an item at a place."""
    form = {"quantity": "=1", "delta": "=1", "reason": "=found", "place": "place"}
    return Row(of="item", asks=({"place": "place"},), sends=(form, *extra))


THING = {"kind": "object"}
ROWS = {
    "pages:today": Row(lesser=True),
    "pages:search": Row(
        lesser=True, asks=({"q": "place"}, {"q": "reference"}, {"q": "number"}, {"q": "=MUG"})
    ),
    "pages:scan": Row(lesser=True, sends=({"code": "place"}, {"code": "reference"})),
    "pages:readyz": Row(lesser=True),
    "inventory:item-list": listed(
        {"place": "place"}, {"q": "place"}, {"q": "=MUG"}, {"state": "=low"}, lesser=True
    ),
    "inventory:item-new": Row(),
    "inventory:item-detail": Row(of="item", lesser=True, asks=({"line": "movement"},)),
    "inventory:change-picture": Row(of="item"),
    "inventory:receive-stock": acts(),
    "inventory:ship-stock": Row(
        of="item",
        asks=({"place": "place"}, {"allocation": "allocation"}),
        sends=(
            {"quantity": "=1", "place": "place"},
            {"quantity": "=1", "place": "=NORTH-1", "allocation": "allocation"},
        ),
    ),
    "inventory:return-stock": Row(
        of="item", sends=({"quantity": "=1", "reason": "=unwanted", "place": "place"},)
    ),
    "inventory:adjust-stock": Row(
        of="item", sends=({"delta": "=1", "reason": "=found", "place": "place"},)
    ),
    "inventory:count-stock": Row(
        of="item",
        asks=({"at": "place"},),
        sends=(
            {"counted": "=1", "seen_on_hand": "=2", "seen_version": "=1", "place": "place"},
            {"counted": "=1", "seen_on_hand": "=2", "seen_version": "=1", "place": "=NOSUCH"},
        ),
    ),
    "inventory:move-stock": acts(
        {"quantity": "=1", "place": "=NORTH-1", "to_place": "place"},
        {"quantity": "=1", "place": "place", "to_place": "=NORTH-1"},
    ),
    "inventory:quarantine-stock": Row(
        of="item", sends=({"quantity": "=1", "reason": "=damaged", "place": "place"},)
    ),
    "inventory:restore-stock": Row(of="item", sends=({"quantity": "=1", "place": "place"},)),
    "inventory:scrap-stock": Row(
        of="item", sends=({"quantity": "=1", "reason": "=damaged", "place": "place"},)
    ),
    "inventory:hold-stock": Row(
        of="item",
        sends=(
            {"quantity": "=1", "lifetime": "=60", "place": "place"},
            {"quantity": "=5000", "lifetime": "=60"},
        ),
    ),
    "inventory:place-list": listed({"q": "place"}, {"q": "=BIN"}, {"in": "place"}),
    "inventory:place-detail": Row(**THING, of="location"),
    "inventory:move-everything": Row(**THING, of="location", sends=({"to_place": "=NORTH-1"},)),
    "inventory:move-load": Row(
        asks=({"from": "place"},),
        sends=({"code": "place"}, {"from": "=NORTH-1", "code": "place"}, {"from": "place"}),
    ),
    "inventory:count-place": Row(
        **THING, of="location", sends=({"code": "=MUG"}, {"code": "=NOSUCH"})
    ),
    "inventory:hold-list": listed(
        {"q": "contact"}, {"reference": "reference"}, {"q": "=MUG"}, {"status": "=active"}
    ),
    "inventory:hold-detail": Row(**THING, of="hold"),
    "inventory:extend-hold": Row(**THING, of="hold", sends=({"lifetime": "=60"},)),
    "inventory:change-hold": Row(**THING, of="hold", sends=({"line": "=1", "quantity": "=1"},)),
    "inventory:release-hold": Row(**THING, of="hold", sends=({},)),
    "inventory:confirm-hold": Row(**THING, of="hold", sends=({"reference": "=order:1"},)),
    "inventory:deallocate-stock": Row(**THING, of="allocation", sends=({"quantity": "=1"},)),
    "inventory:lot-list": listed(
        {"q": "=L-1"}, {"item": "=JAM"}, {"expires": "=soon"}, {"stands": "=gone"}
    ),
    "inventory:lot-detail": Row(of="lot"),
    "inventory:movement-list": listed(
        {"place": "place"},
        {"reference": "reference"},
        {"q": "reference"},
        {"item": "=MUG"},
        {"lot": "=L-1"},
    ),
    "inventory:reverse-movement": Row(**THING, of="movement", sends=({"note": "=x"},)),
    "inventory:ledger-proof": Row(),
    "inventory:picture": Row(lesser=True, args=("0" * 64, "full")),
    "jobs:parked": Row(),
    "jobs:try-all-again": Row(sends=({},)),
    "jobs:try-again": Row(args=(10**9,), sends=({},)),
    "account_login": Row(lesser=True),
    "account_logout": Row(lesser=True),
    "account_invitation": Row(lesser=True, args=("a",)),
    "account_change_password": Row(lesser=True),
    "account_reset_password": Row(lesser=True),
    "account_reset_password_done": Row(lesser=True),
    "account_reset_password_from_key_done": Row(lesser=True),
    "account_reset_password_from_key": Row(lesser=True, args=("a-b", "c")),
    "admin:index": Row(),
    "admin:app_list": Row(args=("inventory",)),
    "admin:login": Row(),
    "admin:logout": Row(lesser=True),
    "admin:password_change": Row(),
    "admin:password_change_done": Row(),
    "admin:jsi18n": Row(),
    "admin:autocomplete": Row(
        asks=(
            {
                "app_label": "=inventory",
                "model_name": "=location",
                "field_name": "=parent",
                "term": "place",
            },
            {
                "app_label": "=inventory",
                "model_name": "=location",
                "field_name": "=parent",
                "term": "=",
            },
        )
    ),
    "admin:view_on_site": Row(**THING, of="on_site"),
}
# Tables of the admin: what stands at a place, what is the whole house's, what is a catalogue.
PLACED = {
    "inventory_location": ("location", ({"q": "place"},)),
    "inventory_stocklevel": ("level", ({"q": "place"}, {"q": "=MUG"})),
    "inventory_stockmovement": ("movement", ({"q": "reference"}, {"q": "=MUG"})),
    "inventory_hold": ("hold", ({"q": "contact"}, {"q": "reference"})),
    "inventory_allocation": ("allocation", ({"q": "reference"}, {"q": "=MUG"})),
    "inventory_ledgercheck": ("check", ()),
    "inventory_lowstock": ("low", ({"q": "=MUG"},)),
}
CLOSED = {"inventory_grant"}
FREE = {
    "inventory_item": {"q": "=MUG"},
    "inventory_category": {},
    "inventory_unit": {},
    "inventory_barcode": {},
    "inventory_reason": {},
    "inventory_lot": {},
    "accounts_user": {},
    "accounts_role": {},
    "jobs_outboxevent": {},
    "jobs_effect": {},
    "jobs_idempotencykey": {},
}
ONE = ("history", "delete", "change")
for table, (noun, questions) in PLACED.items():
    ROWS[f"admin:{table}_changelist"] = Row(asks=questions)
    ROWS[f"admin:{table}_add"] = Row()
    ROWS |= {f"admin:{table}_{act}": Row(**THING, of=noun, sends=({},)) for act in ONE}
for table in CLOSED:
    ROWS |= {f"admin:{table}_{act}": Row(kind="closed") for act in ("changelist", "add")}
    ROWS |= {f"admin:{table}_{act}": Row(kind="closed", of="grant") for act in ONE}
for table, asked in FREE.items():
    ROWS[f"admin:{table}_changelist"] = Row(asks=(asked,) if asked else ())
    ROWS[f"admin:{table}_add"] = Row()
    ROWS |= {f"admin:{table}_{act}": Row(args=(10**9,)) for act in ONE}
ROWS["admin:inventory_location_add"] = Row(
    sends=({"code": "=X-1", "kind": "=bin", "priority": "=1", "parent": "location"},)
)


class House:
    """A mug that stands in the north, and hidden in the south with all that can be about it."""

    def __init__(self) -> None:
        boss = make_user(name="Boss")
        self.mug = make_item(sku="MUG", name="MUG OF BOTH", reorder_at=1)
        north, south = make_site(code="NORTH"), make_site(code="HIDDEN")
        self.north = make_stock(3, item=self.mug, place=make_place(code="NORTH-1", parent=north))
        place = make_place(code="HIDDEN-1", name="HIDDEN BIN", parent=south)
        operations.receive_stock(
            sku="MUG",
            place="HIDDEN-1",
            quantity=8888,  # 1,111 of them held, 1,000 promised: 6,777 left
            reference="order:HIDDEN",
            note="HIDDEN NOTE",
            actor=boss,
        )
        level = StockLevel.objects.get(location=place)
        make_item(sku="JAM", tracking="lot")
        jam = {"sku": "JAM", "lot": "L-1", "actor": boss, "reference": "order:HIDDEN"}
        operations.receive_stock(place="NORTH-1", quantity=2, **jam | {"reference": ""})
        operations.receive_stock(place="HIDDEN-1", quantity=8888, **jam)
        lot = Lot.objects.get()
        movement = StockMovement.objects.get(level=level)
        hold = operations.hold_stock(
            lines=[("MUG", 1111)],
            lifetime=timedelta(hours=1),
            actor=boss,
            key=uuid4(),
            place="HIDDEN-1",
            contact="HIDDEN VISITOR",
            reference="order:HIDDEN",
        )
        [allocation] = operations.allocate_stock(
            sku="MUG", quantity=1000, reference="order:HIDDEN", actor=boss, place="HIDDEN-1"
        )
        check = operations.check_ledger(full=True) or None
        self.person = make_user(name="Warehouse 2", is_staff=True)
        # All that any role may: that they find nothing is because of the place alone.
        self.person.user_permissions.set(Permission.objects.all())
        given = grant(self.person, north)
        on_site = (ContentType.objects.get_for_model(Hold).pk, hold.pk)
        self.there = {
            "place": "HIDDEN-1",
            "reference": "order:HIDDEN",
            "number": "HIDDEN",
            "contact": "HIDDEN VISITOR",
            "item": (self.mug.pk,),
            "location": (place.pk,),
            "level": (level.pk,),
            "movement": (movement.pk,),
            "hold": (hold.pk,),
            "lot": (lot.pk,),
            "allocation": (allocation.pk,),
            "check": (getattr(check, "pk", 1),),
            "low": (self.mug.pk,),
            "grant": (given.pk,),
            "on_site": on_site,
        }
        nothing = 10**9 + 7
        self.nowhere = {
            **{noun: (nothing,) for noun, value in self.there.items() if isinstance(value, tuple)},
            "item": (self.mug.pk,),
            "lot": (lot.pk,),
            "on_site": (on_site[0], nothing),
            "place": "NOSUCH-1",
            "reference": "order:NOSUCH",
            "number": "NOSUCH",
            "contact": "NOSUCH VISITOR",
        }

    def standing(self) -> list:
        """All that somebody might have changed."""
        return [
            StockMovement.objects.count(),
            list(Hold.objects.values_list("status", "expires_at")),
            list(Allocation.objects.values_list("quantity")),
            list(Location.objects.order_by("pk").values_list("code", "parent")),
        ]


@pytest.fixture
def house():
    return House()


def url_of(name, row, things):
    return reverse(name, args=things[row.of] if row.of else row.args)


def filled(asked, things):
    """The questions with what they name; keys of rows go as their number."""

    def value(word):
        if word.startswith("="):
            return word[1:]
        thing = things[word]
        return thing[-1] if isinstance(thing, tuple) else thing

    return {name: value(word) for name, word in asked.items()}


def words_of(answer) -> list[str]:
    """The status and what is read, without what differs between any two answers."""
    text = b"".join(answer) if answer.streaming else answer.content
    text = text.decode()
    for varying in (
        r'csrfmiddlewaretoken" value="[^"]*"',
        r'"X-CSRFToken": ?"[^"]*"',
        r'nonce="[^"]*"',
        r"BR-[0-9A-Z-]+",
        r"[0-9a-f]{8}-[0-9a-f-]{27}",
        r"\d+",
    ):
        text = re.sub(varying, "~", text)
    return [str(answer.status_code), *re.sub(r"HIDDEN|NOSUCH", "@", text).splitlines()]


def secrets_in(answer, secrets=SECRETS) -> list[str]:
    text = (b"".join(answer) if answer.streaming else answer.content).decode()
    # A key of a form may have any digits in it.
    text = re.sub(r'[0-9a-f]{8}-[0-9a-f-]{27}|(?<=")[0-9A-Za-z]{32,64}(?=")', "~", text)
    return [secret for secret in secrets if secret in text]


def test_every_page_has_a_row():
    assert PAGES.keys() - {"admin:None"} - ROWS.keys() == set(), "say what it shows of places"
    assert ROWS.keys() - PAGES.keys() == set(), "these pages are gone"


class TestStrangers:
    @pytest.mark.parametrize("name", sorted(ROWS.keys() - OPEN))
    def test_are_asked_to_sign_in(self, client, name):
        row = ROWS[name]
        nowhere = dict.fromkeys(("item", "lot", *(table[0] for table in PLACED.values())), (1,))
        url = url_of(name, row, {**nowhere, "grant": (1,), "on_site": (1, 1)})

        for answer in (client.get(url), client.post(url)):
            assert answer.status_code == 302
            assert "login" in answer["Location"]


class TestALesserRole:
    @pytest.mark.parametrize("name", sorted(ROWS))
    def test_opens_what_it_is_for_and_nothing_else(self, client, house, name):
        row = ROWS[name]
        developer = make_user(name="Developer 1")
        developer.user_permissions.set(
            Permission.objects.filter(codename__in=[name.partition(".")[2] for name in DEVELOPER])
        )
        client.force_login(developer)
        method = client.post if row.sends and not row.asks else client.get

        answer = method(url_of(name, row, house.there))

        refused = answer.status_code == 403 or "/admin/login" in answer.headers.get("Location", "")
        assert refused is not row.lesser, answer.status_code


SHOWN = sorted(name for name, row in ROWS.items() if row.kind == "shown")
OBJECTS = sorted(name for name, row in ROWS.items() if row.kind == "object")


class TestAnotherPlace:
    @pytest.fixture
    def client(self, client, house):
        client.force_login(house.person)
        return client

    @pytest.mark.parametrize("name", SHOWN)
    def test_is_on_no_page(self, client, house, name):
        answer = client.get(url_of(name, ROWS[name], house.there), follow=True)

        assert answer.status_code < 500
        assert secrets_in(answer) == []

    @pytest.mark.parametrize(
        ("name", "asked"), [(name, asked) for name in SHOWN for asked in ROWS[name].asks]
    )
    def test_is_answered_as_what_does_not_exist(self, client, house, name, asked):
        url = url_of(name, ROWS[name], house.there)

        there, nowhere = (
            client.get(url, filled(asked, things), follow=True)
            for things in (house.there, house.nowhere)
        )

        assert words_of(there) == words_of(nowhere)
        assert secrets_in(there, NUMBERS) == []  # a code that is asked for is said again

    @pytest.mark.parametrize(
        ("name", "sent"), [(name, sent) for name in SHOWN for sent in ROWS[name].sends]
    )
    def test_is_answered_to_forms_as_what_does_not_exist(self, client, house, name, sent):
        url, before = url_of(name, ROWS[name], house.there), house.standing()

        there, nowhere = (
            client.post(url, {"form_key": uuid4(), **filled(sent, things)}, follow=True)
            for things in (house.there, house.nowhere)
        )

        assert words_of(there) == words_of(nowhere)
        assert secrets_in(there, NUMBERS) == []
        assert house.standing() == before

    @pytest.mark.parametrize("name", OBJECTS)
    def test_has_no_page_of_its_own(self, client, house, name):
        row, before = ROWS[name], house.standing()
        there, nowhere = (url_of(name, row, things) for things in (house.there, house.nowhere))

        said, unknown = (client.get(url, follow=True) for url in (there, nowhere))
        assert words_of(said) == words_of(unknown)
        assert secrets_in(said) == []
        for sent in row.sends:
            form = {"form_key": uuid4(), "post": "yes", **filled(sent, house.there)}
            said, unknown = (client.post(url, form, follow=True) for url in (there, nowhere))
            assert words_of(said) == words_of(unknown)
            assert secrets_in(said) == []
        assert house.standing() == before

    @pytest.mark.parametrize("name", sorted(n for n, row in ROWS.items() if row.kind == "closed"))
    def test_is_nobodys_to_grant(self, client, house, name):
        url = url_of(name, ROWS[name], house.there)

        assert [client.get(url).status_code, client.post(url).status_code] == [403, 403]


class TestTheMatrixItself:
    """Without the grant the same questions find it all: the rows above are no empty words."""

    @pytest.mark.parametrize(
        "name", sorted(n for n in OBJECTS if ROWS[n].of not in {"check", "low"})
    )
    def test_whoever_may_look_finds_each_thing(self, client, house, name):
        house.person.grants.all().delete()
        client.force_login(house.person)
        row = ROWS[name]

        there, nowhere = (
            client.get(url_of(name, row, things), follow=True)
            for things in (house.there, house.nowhere)
        )

        assert words_of(there) != words_of(nowhere) or there.status_code in {403, 405}

    @pytest.mark.parametrize(
        ("name", "asked"),
        [
            ("pages:search", {"q": "HIDDEN-1"}),
            ("pages:search", {"q": "HIDDEN"}),
            ("inventory:item-list", {"place": "HIDDEN-1"}),
            ("inventory:movement-list", {"reference": "order:HIDDEN", "format": "csv"}),
            ("inventory:hold-list", {"q": "HIDDEN VISITOR"}),
            ("admin:inventory_location_changelist", {}),
            ("admin:inventory_stocklevel_changelist", {"q": "MUG"}),
        ],
    )
    def test_whoever_may_look_reads_the_secrets(self, client, house, name, asked):
        house.person.grants.all().delete()
        client.force_login(house.person)

        answer = client.get(reverse(name), asked, follow=True)

        assert secrets_in(answer)

"""Every page against every role: what a role may not do, it is answered 403."""

import pytest
from django.contrib.auth.models import Group
from django.urls import get_resolver, reverse

from accounts.roles import ROLES
from inventory.models import StockMovement
from tests.factories import make_stock, make_user

pytestmark = pytest.mark.django_db

EVERYBODY = set(ROLES)
MOVERS = {"Warehouse", "Supervisor", "Admin"}
HOLDERS = MOVERS | {"Support"}
LOOKERS = EVERYBODY - {"Developer"}

# Page, method, and the roles that may.
MATRIX = {
    ("pages:today", "get"): EVERYBODY,
    ("pages:search", "get"): EVERYBODY,
    ("inventory:item-list", "get"): EVERYBODY,
    ("inventory:item-detail", "get"): EVERYBODY,
    ("inventory:item-new", "get"): {"Purchasing", "Supervisor", "Admin"},
    ("inventory:item-new", "post"): {"Purchasing", "Supervisor", "Admin"},
    ("inventory:change-picture", "post"): {"Purchasing", "Supervisor", "Admin"},
    ("inventory:movement-list", "get"): LOOKERS,
    ("inventory:ledger-proof", "get"): LOOKERS,
    ("inventory:place-list", "get"): LOOKERS,
    ("inventory:place-detail", "get"): LOOKERS,
    ("inventory:move-everything", "post"): MOVERS,
    ("inventory:move-load", "get"): MOVERS,
    ("inventory:move-load", "post"): MOVERS,
    ("inventory:count-place", "post"): MOVERS,
    ("inventory:hold-list", "get"): LOOKERS,
    ("inventory:hold-detail", "get"): LOOKERS,
    ("inventory:lot-list", "get"): LOOKERS,
    ("inventory:lot-detail", "get"): LOOKERS,
    ("inventory:hold-stock", "post"): HOLDERS,
    ("inventory:extend-hold", "post"): HOLDERS,
    ("inventory:change-hold", "post"): HOLDERS,
    ("inventory:release-hold", "post"): HOLDERS,
    ("inventory:confirm-hold", "post"): HOLDERS,
    ("inventory:deallocate-stock", "post"): MOVERS,
    ("inventory:receive-stock", "post"): MOVERS | {"Purchasing"},
    ("inventory:ship-stock", "post"): MOVERS,
    ("inventory:return-stock", "post"): MOVERS,
    ("inventory:adjust-stock", "post"): MOVERS,
    ("inventory:count-stock", "post"): MOVERS,
    ("inventory:move-stock", "post"): MOVERS,
    ("inventory:quarantine-stock", "post"): MOVERS,
    ("inventory:restore-stock", "post"): MOVERS,
    ("inventory:scrap-stock", "post"): MOVERS,
    ("inventory:reverse-movement", "post"): MOVERS,
    ("jobs:parked", "get"): {"Supervisor", "Admin"},
    ("jobs:try-again", "post"): {"Supervisor", "Admin"},
    ("jobs:try-all-again", "post"): {"Supervisor", "Admin"},
    ("admin:index", "get"): {"Supervisor", "Admin"},
    ("admin:inventory_location_add", "get"): {"Supervisor", "Admin"},
    ("admin:inventory_reason_add", "get"): {"Supervisor", "Admin"},
    ("admin:inventory_item_add", "get"): {"Supervisor", "Admin"},
    ("admin:accounts_user_add", "get"): {"Admin"},
    ("admin:accounts_role_changelist", "get"): {"Admin"},
    ("admin:jobs_outboxevent_changelist", "get"): {"Admin"},
}
# Pages for everybody who is in.
FREE = {"inventory:picture"}
ABOUT_AN_ITEM = {
    "item-detail",
    "change-picture",
    "receive-stock",
    "ship-stock",
    "return-stock",
    "adjust-stock",
    "count-stock",
    "move-stock",
    "quarantine-stock",
    "restore-stock",
    "scrap-stock",
    "hold-stock",
}
ABOUT_A_PLACE = {"place-detail", "move-everything", "count-place"}
ABOUT_A_HOLD = {
    "hold-detail",
    "extend-hold",
    "change-hold",
    "release-hold",
    "confirm-hold",
    "deallocate-stock",
    "lot-detail",
}


def url_of(name, shelf):
    bare = name.partition(":")[2]
    if bare in ABOUT_AN_ITEM:
        return reverse(name, args=[shelf.item.pk])
    if bare in ABOUT_A_PLACE:
        return reverse(name, args=[shelf.location.pk])
    if bare == "reverse-movement":
        return reverse(name, args=[shelf.movements.get().pk])
    if bare in ABOUT_A_HOLD:
        return reverse(name, args=[1])  # whoever may, is told that there is none
    return reverse(name, args=[1] if bare == "try-again" else [])


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize(("page", "method"), sorted(MATRIX))
def test_a_role_may_what_it_is_for_and_nothing_else(client, role, page, method):
    shelf = make_stock(10)
    person = make_user(name=f"{role} 1", is_staff=role in {"Supervisor", "Admin"})
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)

    answer = getattr(client, method)(url_of(page, shelf), follow=page.startswith("admin:"))

    assert (answer.status_code != 403) == (role in MATRIX[page, method])
    assert answer.status_code < 500
    assert StockMovement.objects.count() == 1


@pytest.mark.parametrize("app", ["inventory", "jobs"])
def test_every_page_has_a_line_in_the_matrix(app):
    _, resolver = get_resolver().namespace_dict[app]
    pages = {f"{app}:{name}" for name in resolver.reverse_dict if isinstance(name, str)}

    assert pages - {page for page, _ in MATRIX} - FREE == set()


@pytest.mark.parametrize("act", ["receive-stock", "ship-stock", "return-stock", "adjust-stock"])
def test_support_posts_a_stock_action_and_nothing_changes(client, act):
    shelf = make_stock(10)
    support = make_user(name="Support 1")
    support.groups.add(Group.objects.get(name="Support"))
    client.force_login(support)

    answer = client.post(
        url_of(f"inventory:{act}", shelf),
        {"place": shelf.location.code, "quantity": "3", "delta": "3", "reason": "miscounted"},
    )

    shelf.refresh_from_db()
    assert answer.status_code == 403
    assert "Your role does not include this" in answer.text
    assert "Nothing was written" in answer.text
    assert (shelf.on_hand, shelf.movements.count()) == (10, 1)

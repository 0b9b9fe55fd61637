"""Reads the SQL log of every operation: locks are taken in the one order of the house."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import EVERYWHERE
from inventory import ledger, operations
from inventory.ledger import Line, Request
from inventory.models import Location, MovementKind
from tests.acts import adjust
from tests.factories import make_item, make_place, make_stock, make_user

pytestmark = pytest.mark.django_db

# The order of stock.md, as far as its tables exist.
ORDER = [
    ("idempotency key", r"INSERT INTO jobs_idempotencykey"),
    ("place", r"(UPDATE|INSERT INTO) \"inventory_location\""),
    ("missing levels", r"INSERT INTO inventory_stocklevel"),
    ("levels", r"FROM inventory_stocklevel AS level.*FOR NO KEY UPDATE"),
    ("change of levels", r"UPDATE inventory_stocklevel"),
    ("movements", r"INSERT INTO inventory_stockmovement"),
]
LOCKING = re.compile(r"\bFOR (NO KEY UPDATE|UPDATE|SHARE|KEY SHARE)\b", re.I)


def booked(kind, *, sign=1, reason=None):
    def act(actor):
        levels = [make_stock(9), make_stock(9)]
        lines = tuple(Line(each.item_id, sign, each.location_id) for each in reversed(levels))
        with CaptureQueriesContext(connection) as log:
            ledger.post_one(Request(kind, lines, actor=actor.pk, scope=EVERYWHERE, reason=reason))
        return log

    return act


def received_anew(actor):
    item, place = make_item(), make_place()
    with CaptureQueriesContext(connection) as log:
        operations.receive_stock(
            sku=item.sku, place=place.code, quantity=1, actor=actor, key=uuid4()
        )
    return log


def reversed_(actor):
    movement = adjust(make_stock(5), by=-2)
    with CaptureQueriesContext(connection) as log:
        operations.reverse_movement(movement=movement.pk, actor=actor, key=uuid4())
    return log


def relabelled(actor):
    place = Location.objects.get(pk=make_stock(5).location_id)
    place.sellable = False
    with CaptureQueriesContext(connection) as log:
        operations.save_place(place=place, actor=actor)
    return log


ACTS = {
    "receive": received_anew,
    "receive two": booked(MovementKind.RECEIVE),
    "ship two": booked(MovementKind.SHIP),
    "return two": booked(MovementKind.RETURN),
    "reverse": reversed_,
    "relabel": relabelled,
}


@pytest.mark.parametrize("name", ACTS)
def test_locks_are_taken_in_order(name):
    statements = [query["sql"] for query in ACTS[name](make_user())]

    taken = [
        place
        for sql in statements
        for place, (_, pattern) in enumerate(ORDER)
        if re.search(pattern, sql, re.S)
    ]
    assert ORDER[-1][0] in {ORDER[place][0] for place in taken}  # it has booked something
    assert taken == sorted(taken), [ORDER[place][0] for place in taken]


@pytest.mark.parametrize("name", ACTS)
def test_rows_are_locked_by_id_and_let_foreign_keys_look(name):
    locking = [q["sql"] for q in ACTS[name](make_user()) if LOCKING.search(q["sql"])]

    assert locking
    for sql in locking:
        assert re.search(r"ORDER BY level\.id\s+FOR NO KEY UPDATE OF level", sql), sql

"""Setting stock aside for somebody: hold, extend, change, release, confirm, expire."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.access import EVERYWHERE, movable_scope_of
from accounts.models import User
from inventory import ledger
from inventory.ledger import HoldEnded, Line, NewHold, NoSuchLine, Request
from inventory.models import Hold, Item, MovementKind
from inventory.operations.reach import place_to_move, refuse_to_touch
from jobs import idempotency

# How long somebody of the house may hold without doing anything further.
LONGEST = timedelta(days=30)
_A_SWEEP = 200  # holds

_EXTEND = """
    UPDATE inventory_hold
    SET expires_at = least(
        greatest(expires_at, clock_timestamp() + make_interval(secs => %s)), max_expires_at
    )
    WHERE id = %s AND status = 'active' AND expires_at > clock_timestamp()
"""
_OVERDUE = """
    SELECT id FROM inventory_hold
    WHERE status = 'active' AND expires_at <= clock_timestamp()
    ORDER BY id LIMIT %(most)s
    FOR NO KEY UPDATE SKIP LOCKED
"""


def hold_stock(
    *,
    lines: Sequence[tuple[str, int]],
    lifetime: timedelta,
    actor: User,
    key: UUID,
    place: str = "",
    contact: str = "",
    reference: str = "",
) -> Hold:
    """Hold base units of one or more items (by SKU), all or nothing; return the hold.

    It takes from the places that sell, where `actor` may move stock, or from `place` alone. The
    same `key` holds once: the second time the first hold is returned.

    :raises NotEnoughStock: if less is available, with all that falls short
    :raises KeyTaken: if `key` stands for another request
    """
    at = _place(place, actor)
    asked = [(_item(sku, actor), quantity) for sku, quantity in lines]
    ledger.post_one(
        Request(
            MovementKind.HOLD,
            tuple(Line(item, quantity, at) for item, quantity in asked),
            actor=actor.pk,
            scope=movable_scope_of(actor),
            reference=reference,
            hold=NewHold(
                principal=f"user:{actor.pk}",
                key=str(key),
                request_hash=idempotency.fingerprint(
                    [asked, at, lifetime.total_seconds(), contact, reference]
                ),
                lifetime=min(lifetime, LONGEST),
                longest=LONGEST,
                contact=contact,
            ),
        )
    )
    return Hold.objects.of(actor).get(idempotency_key=str(key))


@transaction.atomic
def extend_hold(*, hold: int, lifetime: timedelta, actor: User) -> Hold:
    """Let a hold end `lifetime` from now, if that is later, but never after its last moment.

    :raises HoldEnded: if it has ended, or its time is over
    :raises NotYours: if `actor` may not move all that it holds
    """
    found = _hold(hold, actor)
    refuse_to_touch(found, actor)
    with connection.cursor() as cursor:
        cursor.execute(_EXTEND, [lifetime.total_seconds(), found.pk])
        extended = cursor.rowcount
    found.refresh_from_db()
    if not extended:
        raise HoldEnded("It has ended meanwhile, so it cannot be extended. Hold the goods anew.")
    return found


def change_hold(*, hold: int, line: int, quantity: int, actor: User) -> Hold:
    """Hold `quantity` of a line (from 1) instead: more is taken, less is given back.

    :raises NotEnoughStock: if the rest is not available; nothing changes then
    :raises HoldEnded: if it has ended, or its time is over
    :raises NoSuchLine: if it has no line of this number
    """
    found = _hold(hold, actor)
    if not 1 <= line <= len(found.asked):
        raise NoSuchLine(f"This hold has {len(found.asked)} lines, and none of this number.")
    item, _ = found.asked[line - 1]
    return _post(found, MovementKind.HOLD, actor, lines=(Line(item, quantity, promise=line),))


def release_hold(*, hold: int, actor: User) -> Hold:
    """Give back what a hold holds. Twice is once.

    :raises HoldEnded: if it was confirmed, or ended otherwise
    """
    return _post(_hold(hold, actor), MovementKind.RELEASE, actor)


def confirm_hold(*, hold: int, actor: User, reference: str = "", accept_less: bool = False) -> Hold:
    """Promise what is held to `reference`, by default the hold's own. Twice is once.

    :raises HoldEnded: if it was released, or its time is over
    :raises HoldBroken: if less is left than was asked, unless the caller accepts less
    """
    found = _hold(hold, actor)
    reference = reference or found.reference or f"hold:{found.pk}"
    return _post(found, MovementKind.CONFIRM, actor, reference=reference, accepts_less=accept_less)


@transaction.atomic
def expire_holds(*, most: int = _A_SWEEP) -> int:
    """End up to `most` holds whose time is over; return how many there were.

    Those that somebody is working on just now are left for the next sweep.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, {"most": most})
        overdue = [hold for (hold,) in cursor.fetchall()]
    ledger.post(
        [
            Request(MovementKind.EXPIRE, (), actor=None, scope=EVERYWHERE, of_hold=hold)
            for hold in overdue
        ]
    )
    return len(overdue)


def _hold(pk: int, actor: User) -> Hold:
    return Hold.objects.for_user(actor).get(pk=pk)


def _item(sku: str, actor: User) -> int:
    return Item.objects.for_user(actor).get(sku__iexact=sku).pk


def _place(code: str, actor: User) -> int | None:
    return place_to_move(code, actor).pk if code else None


def _post(
    hold: Hold, kind: MovementKind, actor: User, lines: tuple[Line, ...] = (), **rest: Any
) -> Hold:
    ledger.post_one(
        Request(kind, lines, actor=actor.pk, scope=movable_scope_of(actor), of_hold=hold.pk, **rest)
    )
    hold.refresh_from_db()
    return hold

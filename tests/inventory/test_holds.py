"""What people do with promises, and what they are refused."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.access import EVERYWHERE
from inventory import ledger, operations
from inventory.ledger import Broken, Line, NewHold, Request
from inventory.models import (
    Allocation,
    Hold,
    HoldLine,
    HoldStatus,
    Location,
    MovementKind,
    Reason,
    StockLevel,
    StockMovement,
)
from tests.factories import make_item, make_place, make_stock, make_user

pytestmark = pytest.mark.django_db

QUARTER = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def proved_afterwards(db):
    """Whatever a test did, the ledger adds up."""
    yield
    assert operations.check_ledger(full=True).findings == []


@pytest.fixture
def actor():
    return make_user()


@pytest.fixture
def mug(actor):
    """An item that stands 3 + 4 in two bins."""
    item = make_item(sku="MUG")
    for code, quantity in (("A-01", 3), ("B-01", 4)):
        make_stock(quantity, item=item, place=make_place(code=code))
    return item


def hold(quantity, *, actor, item="MUG", key=None, **rest):
    return operations.hold_stock(
        lines=[(item, quantity)], lifetime=QUARTER, actor=actor, key=key or uuid4(), **rest
    )


def figures(item):
    levels = StockLevel.objects.filter(item=item).order_by("location__code")
    return [(level.on_hand, level.allocated, level.held) for level in levels]


def let_end(hold):
    """As if its time had run out: only the database's clock counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_hold SET expires_at = clock_timestamp() - interval '1 second'"
            " WHERE id = %s",
            [hold.pk],
        )


class TestHoldStock:
    def test_takes_from_two_places_when_none_holds_it_all(self, mug, actor):
        made = hold(5, actor=actor, contact="Visitor 12", reference="basket:9")

        assert figures(mug) == [(3, 0, 3), (4, 0, 2)]
        assert made.asked == [[mug.pk, 5]]
        assert (made.principal, made.contact, made.reference) == (
            f"user:{actor.pk}",
            "Visitor 12",
            "basket:9",
        )
        assert timedelta(minutes=14) < made.expires_at - made.created_at <= QUARTER

    def test_writes_its_lines_into_the_ledger(self, mug, actor):
        made = hold(5, actor=actor)

        lines = StockMovement.objects.filter(reference=f"hold:{made.pk}")
        assert sorted((line.kind, line.held_delta, line.on_hand_delta) for line in lines) == [
            ("hold", 2, 0),
            ("hold", 3, 0),
        ]

    def test_refuses_more_than_is_available_and_writes_nothing(self, mug, actor):
        hold(5, actor=actor)

        with pytest.raises(operations.NotEnoughStock, match="2 available of MUG, not 3"):
            hold(3, actor=actor)

        assert Hold.objects.count() == 1

    def test_is_all_or_nothing(self, mug, actor):
        make_stock(1, item=make_item(sku="TRAY"))

        with pytest.raises(operations.NotEnoughStock) as refusal:
            operations.hold_stock(
                lines=[("MUG", 1), ("TRAY", 2)], lifetime=QUARTER, actor=actor, key=uuid4()
            )

        assert [short.sku for short in refusal.value.shortages] == ["TRAY"]
        assert figures(mug) == [(3, 0, 0), (4, 0, 0)]

    def test_what_is_held_is_not_shipped_to_somebody_else(self, mug, actor):
        hold(5, actor=actor)

        with pytest.raises(operations.NotEnoughStock):
            operations.ship_stock(sku="MUG", place="A-01", quantity=1, actor=actor)

    def test_the_same_key_holds_once(self, mug, actor):
        key = uuid4()

        assert hold(2, actor=actor, key=key) == hold(2, actor=actor, key=key)
        assert figures(mug) == [(3, 0, 2), (4, 0, 0)]

    def test_a_key_that_stood_for_something_else_is_refused(self, mug, actor):
        key = uuid4()
        hold(2, actor=actor, key=key)

        with pytest.raises(operations.KeyTaken):
            hold(3, actor=actor, key=key)

    def test_two_people_may_use_the_same_key(self, mug, actor):
        key = uuid4()

        assert hold(2, actor=actor, key=key) != hold(2, actor=make_user(), key=key)

    def test_an_expired_hold_refuses_nobody_though_no_sweeper_ran(self, mug, actor):
        first = hold(7, actor=actor)
        let_end(first)

        hold(3, actor=actor)

        first.refresh_from_db()
        assert first.status == HoldStatus.EXPIRED
        assert StockMovement.objects.filter(kind="expire", actor=None).count() == 2

    def test_an_expired_hold_does_not_stand_in_the_way_of_a_shipment(self, mug, actor):
        let_end(hold(7, actor=actor))

        operations.ship_stock(sku="MUG", place="A-01", quantity=3, actor=actor)

    def test_what_is_refused_all_the_same_leaves_the_expired_hold_to_the_sweeper(self, mug, actor):
        first = hold(7, actor=actor)
        let_end(first)

        with pytest.raises(operations.NotEnoughStock, match="7 available"):
            hold(8, actor=actor)

        assert operations.expire_holds() in (0, 1)
        first.refresh_from_db()
        assert first.status == HoldStatus.EXPIRED

    def test_is_pinned_to_a_place(self, mug, actor):
        hold(2, actor=actor, place="b-01")

        assert figures(mug) == [(3, 0, 0), (4, 0, 2)]


class TestHowAHoldEnds:
    def test_released_everything_is_free(self, mug, actor):
        made = hold(5, actor=actor)

        released = operations.release_hold(hold=made.pk, actor=actor)

        assert released.status == HoldStatus.RELEASED
        assert released.ended_at is not None
        assert figures(mug) == [(3, 0, 0), (4, 0, 0)]
        assert not HoldLine.objects.exists()

    def test_released_twice_is_once(self, mug, actor):
        made = hold(5, actor=actor)
        operations.release_hold(hold=made.pk, actor=actor)
        before = StockMovement.objects.count()

        operations.release_hold(hold=made.pk, actor=actor)

        assert StockMovement.objects.count() == before

    def test_confirmed_twice_is_once(self, mug, actor):
        made = hold(5, actor=actor)

        for _ in range(2):
            operations.confirm_hold(hold=made.pk, reference="order:7", actor=actor)

        assert figures(mug) == [(3, 3, 0), (4, 2, 0)]
        assert sum(promise.quantity for promise in Allocation.objects.all()) == 5

    def test_what_was_confirmed_is_not_released(self, mug, actor):
        made = hold(5, actor=actor)
        operations.confirm_hold(hold=made.pk, actor=actor)

        with pytest.raises(operations.HoldEnded, match="confirmed"):
            operations.release_hold(hold=made.pk, actor=actor)

    def test_what_ran_out_is_not_confirmed(self, mug, actor):
        made = hold(5, actor=actor)
        let_end(made)

        with pytest.raises(operations.HoldEnded, match="ran out"):
            operations.confirm_hold(hold=made.pk, actor=actor)

    def test_the_sweeper_ends_what_ran_out_and_nothing_else(self, mug, actor):
        overdue, other = hold(2, actor=actor), hold(2, actor=actor)
        let_end(overdue)

        assert operations.expire_holds() == 1
        assert operations.expire_holds() == 0
        other.refresh_from_db()
        assert other.status == HoldStatus.ACTIVE

    def test_is_extended_but_never_beyond_its_last_moment(self, mug, actor):
        made = hold(5, actor=actor)

        longer = operations.extend_hold(hold=made.pk, lifetime=timedelta(hours=1), actor=actor)
        assert longer.expires_at > made.expires_at
        longest = operations.extend_hold(hold=made.pk, lifetime=timedelta(days=90), actor=actor)
        assert longest.expires_at == made.max_expires_at

    def test_is_not_made_shorter_by_extending(self, mug, actor):
        made = hold(5, actor=actor)

        same = operations.extend_hold(hold=made.pk, lifetime=timedelta(seconds=1), actor=actor)

        assert same.expires_at == made.expires_at

    def test_what_ran_out_is_not_extended(self, mug, actor):
        made = hold(5, actor=actor)
        let_end(made)

        with pytest.raises(operations.HoldEnded):
            operations.extend_hold(hold=made.pk, lifetime=QUARTER, actor=actor)


class TestChangeHold:
    def test_more_is_taken(self, mug, actor):
        made = hold(2, actor=actor)

        changed = operations.change_hold(hold=made.pk, line=1, quantity=7, actor=actor)

        assert changed.asked == [[mug.pk, 7]]
        assert figures(mug) == [(3, 0, 3), (4, 0, 4)]

    def test_less_is_given_back(self, mug, actor):
        made = hold(5, actor=actor)

        operations.change_hold(hold=made.pk, line=1, quantity=1, actor=actor)

        assert figures(mug) == [(3, 0, 1), (4, 0, 0)]

    def test_too_much_changes_nothing(self, mug, actor):
        made = hold(5, actor=actor)

        with pytest.raises(operations.NotEnoughStock, match="2 available of MUG, not 3"):
            operations.change_hold(hold=made.pk, line=1, quantity=8, actor=actor)

        made.refresh_from_db()
        assert made.asked == [[mug.pk, 5]]


class TestAllocations:
    def test_a_promise_to_an_order_is_shipped_from(self, mug, actor):
        [promise] = operations.allocate_stock(
            sku="MUG", quantity=3, reference="order:7", actor=actor
        )

        operations.ship_stock(
            sku="MUG",
            place="A-01",
            quantity=3,
            reference="order:7",
            allocation=promise.pk,
            actor=actor,
        )

        assert figures(mug) == [(0, 0, 0), (4, 0, 0)]
        assert not Allocation.objects.exists()

    def test_a_reversed_shipment_comes_back_free(self, mug, actor):
        [promise] = operations.allocate_stock(
            sku="MUG", quantity=3, reference="order:7", actor=actor
        )
        shipped = operations.ship_stock(
            sku="MUG", place="A-01", quantity=2, allocation=promise.pk, actor=actor
        )

        operations.reverse_movement(movement=shipped.pk, actor=actor)

        assert figures(mug) == [(3, 1, 0), (4, 0, 0)]

    def test_allocated_with_the_same_key_once(self, mug, actor):
        key = uuid4()
        for _ in range(2):
            operations.allocate_stock(
                sku="MUG", quantity=2, reference="order:7", actor=actor, key=key
            )

        assert figures(mug) == [(3, 2, 0), (4, 0, 0)]

    def test_given_back_with_the_same_key_once(self, mug, actor):
        [promise] = operations.allocate_stock(
            sku="MUG", quantity=3, reference="order:7", actor=actor
        )
        key = uuid4()
        for _ in range(2):
            operations.deallocate_stock(allocation=promise.pk, quantity=1, actor=actor, key=key)

        assert figures(mug) == [(3, 2, 0), (4, 0, 0)]

    def test_what_was_given_back_is_gone_for_who_comes_later(self, mug, actor):
        [promise] = operations.allocate_stock(
            sku="MUG", quantity=3, reference="order:7", actor=actor
        )
        operations.deallocate_stock(allocation=promise.pk, quantity=3, actor=actor)

        with pytest.raises(operations.PromiseGone, match="shipped or given back"):
            operations.deallocate_stock(allocation=promise.pk, quantity=3, actor=actor)

    def test_no_more_is_given_back_than_is_promised(self, mug, actor):
        [promise] = operations.allocate_stock(
            sku="MUG", quantity=3, reference="order:7", actor=actor
        )

        with pytest.raises(operations.PromiseGone, match="3 are promised to order:7, not 4"):
            operations.deallocate_stock(allocation=promise.pk, quantity=4, actor=actor)


class TestTheTablesKeepThePromises:
    def test_a_hold_ends_once(self, mug, actor):
        made = operations.release_hold(hold=hold(5, actor=actor).pk, actor=actor)

        with pytest.raises(IntegrityError, match="ends once"), transaction.atomic():
            Hold.objects.filter(pk=made.pk).update(status=HoldStatus.ACTIVE, ended_at=None)

    def test_only_the_clock_books_without_an_actor(self, mug, actor):
        with (
            pytest.raises(IntegrityError, match="only_the_clock"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "INSERT INTO inventory_stockmovement (level_id, version, kind, held_delta,"
                " on_hand_after, allocated_after, held_after, unavailable_after, reference,"
                " on_hand_delta, allocated_delta, unavailable_delta, sells_after)"
                " SELECT id, 99, 'hold', 1, 1, 0, 1, 0, '', 0, 0, 0, true"
                " FROM inventory_stocklevel LIMIT 1"
            )


class TestABatch:
    def test_a_retry_of_a_hold_is_answered_beside_what_breaks_it(self, mug, actor):
        place, reason = Location.objects.get(code="A-01"), Reason.objects.get(code="damaged")
        new = NewHold("user:1", "basket", b"same", lifetime=QUARTER, longest=QUARTER)
        asked = Request(
            MovementKind.HOLD, (Line(mug.pk, 5),), actor=actor.pk, scope=EVERYWHERE, hold=new
        )
        first = ledger.post_one(asked)
        lost = Line(mug.pk, -2, place.pk)

        again, gone = ledger.post(
            [
                asked,
                Request(
                    MovementKind.ADJUST,
                    (lost,),
                    actor=actor.pk,
                    scope=EVERYWHERE,
                    reason=reason.pk,
                    accepts=None,
                ),
            ]
        )

        assert (again.replayed, again.hold) == (True, first.hold)
        assert gone.broken == (Broken(f"hold:{first.hold}", "MUG", "A-01", 2),)
        assert figures(mug) == [(1, 0, 1), (4, 0, 2)]

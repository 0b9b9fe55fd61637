"""What people do with stock, and what they are refused."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from inventory import operations
from inventory.models import (
    Item,
    LedgerCheck,
    Location,
    MovementNote,
    Reason,
    StockLevel,
    StockMovement,
)
from jobs.idempotency import KeyReused
from jobs.models import OutboxEvent
from tests.acts import adjust
from tests.factories import make_item, make_place, make_stock, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def proved_afterwards(db):
    """Whatever a test did, the ledger adds up."""
    yield
    assert operations.check_ledger(full=True).findings == []


def ship(level, quantity, *, actor=None, **rest):
    return operations.ship_stock(
        sku=level.item.sku,
        place=level.location.code,
        quantity=quantity,
        actor=actor or make_user(),
        **rest,
    )


class TestReceiveStock:
    def test_opens_a_level_and_writes_its_first_line(self):
        item, place, actor = make_item(), make_place(), make_user()

        movement = operations.receive_stock(
            sku=item.sku, place=place.code, quantity=20, actor=actor, reference="delivery:7"
        )

        level = StockLevel.objects.get(item=item)
        assert (level.on_hand, level.available, level.version) == (20, 20, 1)
        assert movement.level == level
        assert (movement.on_hand_delta, movement.on_hand_after, movement.version) == (20, 20, 1)
        assert (movement.reference, movement.actor, movement.kind) == (
            "delivery:7",
            actor,
            "receive",
        )

    def test_takes_codes_in_any_case(self):
        item, place = make_item(sku="85123A"), make_place(code="A-01")

        operations.receive_stock(sku="85123a", place="a-01", quantity=1, actor=make_user())

        assert StockLevel.objects.get().item == item
        assert StockLevel.objects.get().location == place

    def test_keeps_what_somebody_wrote_apart_from_the_ledger(self):
        item, place = make_item(), make_place()

        movement = operations.receive_stock(
            sku=item.sku, place=place.code, quantity=1, actor=make_user(), note="box was wet"
        )

        assert MovementNote.objects.get(movement=movement).text == "box was wet"

    def test_tells_the_rest_of_the_house_by_the_outbox(self):
        level = make_stock(3)

        assert OutboxEvent.objects.filter(
            topic="stock.changed", payload={"items": [level.item_id]}
        ).exists()

    def test_refuses_a_structural_place(self):
        item, zone = make_item(), make_place(structural=True)

        with pytest.raises(operations.PlaceIsStructural, match="only groups other places"):
            operations.receive_stock(sku=item.sku, place=zone.code, quantity=1, actor=make_user())

        assert not StockMovement.objects.exists()

    def test_refuses_what_is_not_stocked(self):
        postage, place = make_item(sku="POST", stocked=False), make_place()

        with pytest.raises(operations.ItemNotStocked):
            operations.receive_stock(
                sku=postage.sku, place=place.code, quantity=1, actor=make_user()
            )

    @pytest.mark.parametrize("quantity", [0, -1, 10**18])
    def test_refuses_a_quantity_out_of_range(self, quantity):
        item, place = make_item(), make_place()

        with pytest.raises(operations.QuantityOutOfRange):
            operations.receive_stock(
                sku=item.sku, place=place.code, quantity=quantity, actor=make_user()
            )

    def test_does_not_know_an_unknown_code(self):
        with pytest.raises(Item.DoesNotExist):
            operations.receive_stock(
                sku="NONSENSE", place=make_place().code, quantity=1, actor=make_user()
            )

    def test_does_not_know_an_unknown_place(self):
        with pytest.raises(Location.DoesNotExist):
            operations.receive_stock(
                sku=make_item().sku, place="NOWHERE", quantity=1, actor=make_user()
            )


class TestShipStock:
    def test_takes_from_the_shelf(self):
        level = make_stock(20)

        movement = ship(level, 5)

        level.refresh_from_db()
        assert level.on_hand == 15
        assert (movement.on_hand_delta, movement.on_hand_after) == (-5, 15)

    def test_refuses_more_than_is_there(self):
        level = make_stock(15)

        with pytest.raises(operations.NotEnoughStock, match=r"15 of .* can be taken") as refusal:
            ship(level, 500)

        assert refusal.value.shortages[0].available_now == 15
        level.refresh_from_db()
        assert level.on_hand == 15
        assert level.movements.count() == 1  # the receipt alone

    def test_refuses_where_nothing_ever_stood(self):
        item, place = make_item(), make_place()

        with pytest.raises(operations.NotEnoughStock):
            operations.ship_stock(sku=item.sku, place=place.code, quantity=1, actor=make_user())

        assert not StockLevel.objects.exists()

    def test_books_the_same_form_once(self):
        level, actor, key = make_stock(20), make_user(), uuid4()

        first = ship(level, 5, actor=actor, key=key)
        second = ship(level, 5, actor=actor, key=key)

        assert first == second
        level.refresh_from_db()
        assert level.on_hand == 15

    def test_refuses_a_key_that_stood_for_something_else(self):
        level, actor, key = make_stock(20), make_user(), uuid4()
        ship(level, 5, actor=actor, key=key)

        with pytest.raises(KeyReused):
            ship(level, 6, actor=actor, key=key)


class TestAdjustStock:
    def test_refuses_more_than_is_there(self):
        shelf = make_stock(10)

        with pytest.raises(operations.NotEnoughStock):
            adjust(shelf, by=-11)

        shelf.refresh_from_db()
        assert shelf.on_hand == 10
        assert shelf.movements.count() == 1  # the receipt alone

    def test_needs_a_reason_that_is_known(self):
        shelf = make_stock(10)

        with pytest.raises(Reason.DoesNotExist):
            operations.adjust_stock(
                sku=shelf.item.sku,
                place=shelf.location.code,
                delta=1,
                reason="because",
                actor=make_user(),
            )


class TestReturnStock:
    def test_brings_it_back_with_its_reason(self):
        level = make_stock(3)

        movement = operations.return_stock(
            sku=level.item.sku,
            place=level.location.code,
            quantity=2,
            reason="faulty",
            actor=make_user(),
        )

        level.refresh_from_db()
        assert (level.on_hand, movement.kind, movement.reason.code) == (5, "return", "faulty")


class TestReverseMovement:
    def test_gives_back_what_a_shipment_took_and_links_both(self):
        level = make_stock(20)
        shipment = ship(level, 5, reference="order:1042")

        undone = operations.reverse_movement(movement=shipment.pk, actor=make_user())

        level.refresh_from_db()
        assert level.on_hand == 20
        assert undone.reversal_of == shipment
        assert shipment.reversal == undone
        assert undone.reference == "order:1042"

    def test_happens_once(self):
        level = make_stock(20)
        shipment = ship(level, 5)
        operations.reverse_movement(movement=shipment.pk, actor=make_user())

        with pytest.raises(operations.AlreadyReversed):
            operations.reverse_movement(movement=shipment.pk, actor=make_user())

        level.refresh_from_db()
        assert level.on_hand == 20

    def test_of_a_receipt_is_refused_when_it_was_sold(self):
        level = make_stock(20)
        receipt = level.movements.get()
        ship(level, 15)

        with pytest.raises(operations.NotEnoughStock):
            operations.reverse_movement(movement=receipt.pk, actor=make_user())

    def test_of_a_reversal_is_refused(self):
        undone = operations.reverse_movement(movement=ship(make_stock(2), 1).pk, actor=make_user())

        with pytest.raises(operations.NotReversible):
            operations.reverse_movement(movement=undone.pk, actor=make_user())


class TestTheTablesKeepThePromises:
    def test_movements_never_change(self):
        movement = make_stock(1).movements.get()

        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            StockMovement.objects.filter(pk=movement.pk).update(on_hand_delta=2)

    def test_movements_are_never_deleted(self):
        movement = make_stock(1).movements.get()

        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            movement.delete()

    def test_movements_are_never_truncated(self):
        make_stock(1)

        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else it waits for those and says so
            with pytest.raises(Exception, match="append-only"), transaction.atomic():
                cursor.execute("TRUNCATE inventory_stockmovement CASCADE")

    def test_a_level_cannot_fall_below_zero(self):
        level = make_stock(1)

        with pytest.raises(IntegrityError), transaction.atomic():
            StockLevel.objects.filter(pk=level.pk).update(on_hand=-1)

    def test_a_level_cannot_promise_more_than_it_has(self):
        level = make_stock(1)

        with pytest.raises(IntegrityError), transaction.atomic():
            StockLevel.objects.filter(pk=level.pk).update(held=2)

    def test_nothing_comes_to_a_structural_place_behind_the_ledger(self):
        level = make_stock(0)
        Location.objects.filter(pk=level.location_id).update(structural=True)

        with pytest.raises(IntegrityError), transaction.atomic():
            StockLevel.objects.filter(pk=level.pk).update(on_hand=1)

    def test_a_place_with_stock_does_not_become_structural(self):
        level = make_stock(1)

        with pytest.raises(IntegrityError), transaction.atomic():
            Location.objects.filter(pk=level.location_id).update(structural=True)

    def test_a_sku_is_one_in_any_case(self):
        make_item(sku="85123A")

        with pytest.raises(IntegrityError), transaction.atomic():
            make_item(sku="85123a")

    @pytest.mark.parametrize("sku", ["", " 85123A", "85123A ", "85\n123"])
    def test_a_sku_is_printable(self, sku):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_item(sku=sku)

    def test_a_sku_may_have_slashes_and_blanks(self):
        assert make_item(sku="85/123 A").pk


def test_every_change_is_checked_by_this_module():
    make_stock(1)

    assert operations.check_ledger(full=True).proved
    assert LedgerCheck.objects.count() == 1

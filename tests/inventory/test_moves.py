"""Moving goods, setting them apart, counting them: what people do, and whom it breaks."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from inventory import operations
from inventory.models import (
    Allocation,
    Hold,
    HoldLine,
    HoldStatus,
    MovementKind,
    StockLevel,
    StockMovement,
)
from jobs.models import OutboxEvent
from tests.factories import make_item, make_place, make_stock, make_user
from tests.inventory.test_holds import figures, hold, let_end

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def proved_afterwards(db):
    """Whatever a test did, the ledger adds up."""
    yield
    assert operations.check_ledger(full=True).findings == []


@pytest.fixture
def actor():
    return make_user()


@pytest.fixture
def shelf(actor):
    """Five mugs at A-01; B-01 sells too, Q-01 does not."""
    make_place(code="B-01")
    make_place(code="Q-01", sellable=False)
    return make_stock(5, item=make_item(sku="MUG"), place=make_place(code="A-01"))


def move(quantity, *, actor, to="B-01", **rest):
    return operations.move_stock(
        sku="MUG", place="A-01", to_place=to, quantity=quantity, actor=actor, **rest
    )


def count(counted, shelf, *, actor, **rest):
    shelf.refresh_from_db()
    rest.setdefault("seen", shelf.version)
    return operations.count_stock(
        sku="MUG", place=shelf.location.code, counted=counted, actor=actor, **rest
    )


def accepted(act, **ask):
    """Do `act` as somebody does who was warned and goes on."""
    with pytest.raises(operations.WouldBreak) as refused:
        act(**ask)
    return act(**ask, accepts=frozenset(refused.value.breaks))


class TestMoveStock:
    def test_writes_both_places_into_the_ledger_as_one(self, shelf, actor):
        line = move(2, actor=actor)

        assert (line.level.location.code, line.on_hand_delta) == ("B-01", 2)
        out, into = line.booked_with()
        assert (out.level_id, out.on_hand_delta) == (shelf.pk, -2)
        assert into == line
        assert out.booked_with() == [out, into]

    def test_the_hold_follows_its_goods(self, shelf, actor):
        made = hold(5, actor=actor)

        move(3, actor=actor)

        parts = HoldLine.objects.filter(hold=made).order_by("level__location__code")
        assert [(part.level.location.code, part.quantity) for part in parts] == [
            ("A-01", 2),
            ("B-01", 3),
        ]
        assert operations.confirm_hold(hold=made.pk, actor=actor).status == HoldStatus.CONFIRMED

    def test_what_is_promised_to_an_order_follows_too(self, shelf, actor):
        operations.allocate_stock(sku="MUG", quantity=5, reference="order:1", actor=actor)

        move(5, actor=actor)

        promise = Allocation.objects.get()
        assert (promise.level.location.code, promise.quantity) == ("B-01", 5)

    def test_to_where_nothing_is_sold_warns_before_it_breaks(self, shelf, actor):
        made = hold(4, actor=actor)

        accepted(move, quantity=5, to="Q-01", actor=actor)

        made.refresh_from_db()
        assert made.status == HoldStatus.BROKEN

    def test_refused_it_has_written_nothing(self, shelf, actor):
        before = StockMovement.objects.count(), OutboxEvent.objects.count()

        with pytest.raises(operations.NotEnoughStock):
            move(6, actor=actor)

        assert (StockMovement.objects.count(), OutboxEvent.objects.count()) == before

    def test_the_same_key_moves_once(self, shelf, actor):
        key = uuid4()

        assert move(2, actor=actor, key=key) == move(2, actor=actor, key=key)
        assert figures(shelf.item) == [(3, 0, 0), (2, 0, 0)]

    def test_is_undone_at_both_places(self, shelf, actor):
        line = move(2, actor=actor)

        operations.reverse_movement(movement=line.booked_with()[0].pk, actor=actor)

        assert figures(shelf.item) == [(5, 0, 0), (0, 0, 0)]
        with pytest.raises(operations.AlreadyReversed):
            operations.reverse_movement(movement=line.pk, actor=actor)

    def test_is_not_undone_when_its_goods_are_promised_there(self, shelf, actor):
        hold(5, actor=actor)
        line = move(2, actor=actor)

        with pytest.raises(operations.NotEnoughStock):
            operations.reverse_movement(movement=line.pk, actor=actor)


class TestMoveEverything:
    def everything(self, actor, to="B-01", **rest):
        return operations.move_everything(
            place="A-01", to_place=to, actor=actor, key=uuid4(), **rest
        )

    def test_brings_all_items_with_their_promises(self, shelf, actor):
        make_stock(7, item=make_item(sku="TRAY"), place=shelf.location)
        hold(5, actor=actor)

        moved = self.everything(actor)

        assert (moved.items, moved.left) == (2, ())
        assert not StockLevel.objects.filter(location=shelf.location, on_hand__gt=0).exists()
        assert HoldLine.objects.get().level.location.code == "B-01"

    def test_what_is_refused_stays_and_is_named(self, shelf, actor):
        make_stock(7, item=make_item(sku="TRAY"), place=shelf.location)
        hold(2, actor=actor)

        moved = self.everything(actor, to="Q-01")

        assert moved.items == 1
        [left] = moved.left
        assert (left.sku, left.quantity) == ("MUG", 5)
        assert "promised" in left.why

    def test_pressed_again_it_finishes(self, shelf, actor):
        make_stock(7, item=make_item(sku="TRAY"), place=shelf.location)
        hold(2, actor=actor)
        self.everything(actor, to="Q-01")

        assert self.everything(actor, to="Q-01", accepts=None).items == 1
        assert self.everything(actor, to="Q-01").items == 0

    def test_more_than_a_transaction_takes(self, shelf, actor, monkeypatch):
        monkeypatch.setattr("inventory.operations.moves.A_CHUNK", 2)
        for _ in range(4):
            make_stock(1, place=shelf.location)

        assert self.everything(actor).items == 5


class TestCountStock:
    def test_breaks_the_youngest_hold_and_says_so(self, shelf, actor):
        old = hold(3, actor=actor)
        young = hold(2, actor=actor)

        accepted(count, counted=3, shelf=shelf, actor=actor)

        assert figures(shelf.item) == [(3, 0, 3)]
        old.refresh_from_db()
        young.refresh_from_db()
        assert (old.status, young.status) == (HoldStatus.ACTIVE, HoldStatus.BROKEN)
        line = StockMovement.objects.get(kind=MovementKind.BREAK)
        assert (line.reference, line.held_delta) == (f"hold:{young.pk}", -2)

    def test_confirming_what_was_broken_says_what_is_left(self, shelf, actor):
        made = hold(5, actor=actor)
        accepted(count, counted=3, shelf=shelf, actor=actor)

        with pytest.raises(operations.HoldBroken) as refused:
            operations.confirm_hold(hold=made.pk, actor=actor)

        assert refused.value.shortages[0].available_now == 3
        operations.confirm_hold(hold=made.pk, accept_less=True, actor=actor)
        assert figures(shelf.item) == [(3, 3, 0)]

    def test_what_ran_out_breaks_nobody(self, shelf, actor):
        made = hold(5, actor=actor)
        let_end(made)

        count(3, shelf, actor=actor)

        made.refresh_from_db()
        assert made.status == HoldStatus.EXPIRED

    def test_a_promise_made_meanwhile_does_not_spoil_it(self, shelf, actor):
        seen = shelf.version
        hold(2, actor=actor)

        count(4, shelf, actor=actor, seen=seen)

        assert figures(shelf.item) == [(4, 0, 2)]

    def test_goods_that_came_meanwhile_do(self, shelf, actor):
        seen = shelf.version
        make_stock(1, item=shelf.item, place=shelf.location)

        with pytest.raises(operations.LevelChanged):
            count(4, shelf, actor=actor, seen=seen)

    def test_a_version_that_never_was_is_refused(self, shelf, actor):
        with pytest.raises(operations.LevelChanged):
            count(4, shelf, actor=actor, seen=99)


class TestSetApart:
    def act(self, operation, quantity, actor, **rest):
        return operation(sku="MUG", place="A-01", quantity=quantity, actor=actor, **rest)

    def test_and_restored_it_may_be_sold_again(self, shelf, actor):
        self.act(operations.quarantine_stock, 4, actor, reason="damaged")
        with pytest.raises(operations.NotEnoughStock):
            hold(2, actor=actor)

        self.act(operations.restore_stock, 1, actor)

        assert hold(2, actor=actor).status == HoldStatus.ACTIVE

    def test_and_scrapped_it_is_gone(self, shelf, actor):
        self.act(operations.quarantine_stock, 4, actor, reason="damaged")

        line = self.act(operations.scrap_stock, 3, actor, reason="damaged")

        assert (line.on_hand_delta, line.unavailable_delta) == (-3, -3)
        shelf.refresh_from_db()
        assert (shelf.on_hand, shelf.unavailable) == (2, 1)

    def test_breaks_what_is_promised_if_that_was_accepted(self, shelf, actor):
        made = hold(5, actor=actor)

        ask = {"sku": "MUG", "place": "A-01", "quantity": 1, "actor": actor, "reason": "damaged"}
        accepted(operations.quarantine_stock, **ask)
        operations.scrap_stock(**ask)  # the one that was set apart goes first

        assert Hold.objects.get(pk=made.pk).status == HoldStatus.ACTIVE
        assert HoldLine.objects.get().quantity == 4

    def test_the_tables_want_a_reason(self, shelf, actor):
        for kind in ("quarantine", "scrap"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO inventory_stockmovement (level_id, version, kind, on_hand_delta,"
                    " allocated_delta, held_delta, unavailable_delta, on_hand_after,"
                    " allocated_after, held_after, unavailable_after, sells_after, actor_id,"
                    " reference) VALUES (%s, 99, %s, 0, 0, 0, 1, 5, 0, 0, 1, true, %s, '')",
                    [shelf.pk, kind, actor.pk],
                )


class TestWhoWasPromisedTheGoods:
    def test_is_told_why(self, shelf, actor, letters):
        support = make_user(name="Support 1", email="support1@backroom.example")
        made = hold(5, actor=support, contact="Visitor 12")

        accepted(count, counted=3, shelf=shelf, actor=actor)

        [letter] = letters()
        assert letter["To"] == "support1@backroom.example"
        assert letter["Subject"] == f"Hold {made.pk} has lost 2 of MUG"
        text = letter.get_content()
        assert f"Hold {made.pk} for Visitor 12" in text
        assert "Counted by Warehouse 1" in text
        assert f"/holds/{made.pk}" in text

    def test_of_an_order_too(self, shelf, actor, letters):
        seller = make_user(name="Support 1", email="support1@backroom.example")
        operations.allocate_stock(sku="MUG", quantity=5, reference="order:1042", actor=seller)

        accepted(count, counted=3, shelf=shelf, actor=actor)

        [letter] = letters()
        assert letter["To"] == "support1@backroom.example"
        assert letter["Subject"] == "order:1042 has lost 2 of MUG"

    def test_is_not_written_to_once_they_have_left(self, shelf, actor, letters):
        support = make_user(name="Support 1")
        hold(5, actor=support)
        support.is_active = False
        support.save()

        accepted(count, counted=3, shelf=shelf, actor=actor)

        assert letters() == []

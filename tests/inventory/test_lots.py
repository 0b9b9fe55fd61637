"""Goods that expire: which lot comes, which goes first, and where each has gone."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.access import EVERYWHERE
from inventory import operations
from inventory.ledger import (
    Article,
    Balance,
    Batch,
    Key,
    Level,
    Line,
    NewHold,
    Place,
    Refused,
    Request,
    Stock,
    plan,
)
from inventory.models import HoldLine, Item, Lot, MovementKind, StockLevel, StockMovement
from tests.factories import make_item, make_place, make_user

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
JAM, A, B = 1, 11, 12
SOON, LATE = date(2026, 12, 1), date(2027, 3, 1)
days = st.integers(0, 5).map(lambda number: SOON + timedelta(days=number)) | st.none()
# What is free of each lot, by place and number of the lot, and until when a lot is good.
shelves = st.dictionaries(
    st.tuples(st.sampled_from([A, B]), st.integers(1, 4)), st.integers(0, 6), min_size=1
)
expiries = st.fixed_dictionaries(dict.fromkeys(range(1, 5), days))


def stock_of(free: dict[tuple[int, int], int], expires: dict[int, date | None]) -> Stock:
    return Stock(
        levels={
            Key(JAM, place, lot): Level(number, Balance(on_hand=on_hand), 1)
            for number, ((place, lot), on_hand) in enumerate(free.items(), start=100)
        },
        articles={JAM: Article("JAM", tracked=True)},
        places={A: Place("A-01"), B: Place("B-01")},
        lots={lot: Batch(f"L{lot}", expires_on) for lot, expires_on in expires.items()},
    )


def asked(kind: MovementKind, line: Line) -> Request:
    new = NewHold("user:7", "k", b"one", timedelta(hours=1), timedelta(hours=1))
    hold = new if kind == MovementKind.HOLD else None
    return Request(kind, (line,), actor=7, scope=EVERYWHERE, hold=hold)


def none_earlier_is_left(stock: Stock, taken: dict[Key, int], keys: list[Key]) -> bool:
    """Nothing that expires before the last that was taken is still there."""

    def expiry(key: Key) -> date:
        return stock.lots[key.lot].expires_on or date.max

    last = max(expiry(key) for key in taken)
    return all(
        stock.levels[key].balance.available == taken.get(key, 0)
        for key in keys
        if expiry(key) < last
    )


class TestWhatExpiresFirstGoesFirst:
    @settings(max_examples=500)
    @given(shelves, expiries, st.integers(1, 20))
    def test_of_what_is_shipped_from_a_place(self, free, expires, quantity):
        stock = stock_of(free, expires)
        here = [key for key in stock.levels if key.place == A]
        there_is = sum(stock.levels[key].balance.on_hand for key in here)

        planned = plan([asked(MovementKind.SHIP, Line(JAM, quantity, A))], stock, now=NOW)

        if isinstance(planned.outcomes[0], Refused):
            assert there_is < quantity
            assert planned.outcomes[0].shortages[0].available_now == there_is
            return
        by_id = {level.id: key for key, level in stock.levels.items()}
        taken = {by_id[each.level]: -each.change.on_hand for each in planned.postings}
        assert sum(taken.values()) == quantity
        assert none_earlier_is_left(stock, taken, here)

    @settings(max_examples=500)
    @given(shelves, expiries, st.integers(1, 30))
    def test_of_what_is_held_wherever_it_stands(self, free, expires, quantity):
        stock = stock_of(free, expires)

        planned = plan([asked(MovementKind.HOLD, Line(JAM, quantity))], stock, now=NOW)

        if isinstance(planned.outcomes[0], Refused):
            assert sum(free.values()) < quantity
            return
        [made] = planned.holds.values()
        taken = {part.key: part.quantity for part in made.parts}
        assert sum(taken.values()) == quantity
        assert none_earlier_is_left(stock, taken, list(stock.levels))


@pytest.fixture
def actor(db):
    return make_user()


@pytest.fixture
def jam(actor):
    """Three of a lot that expires soon and five of one that expires late, at A-01; whatever a
    test did with them, the ledger adds up.
    """
    item = make_item(sku="JAM", tracking="lot")
    make_place(code="A-01")
    make_place(code="B-01")
    receive(5, "LATE", LATE, actor=actor)
    receive(3, "SOON", SOON, actor=actor)
    yield item
    assert operations.check_ledger(full=True).findings == []


def receive(quantity, lot, expires_on, *, actor, **rest):
    return operations.receive_stock(
        sku="JAM",
        place="A-01",
        quantity=quantity,
        lot=lot,
        expires_on=expires_on,
        actor=actor,
        **rest,
    )


def ship(quantity, *, actor, **rest):
    return operations.ship_stock(sku="JAM", place="A-01", quantity=quantity, actor=actor, **rest)


def standing():
    levels = StockLevel.objects.filter(on_hand__gt=0).select_related("location", "lot")
    return {(level.location.code, level.lot.code): level.on_hand for level in levels}


class TestReceive:
    def test_makes_the_lot_once_in_any_case(self, jam, actor):
        receive(1, "soon", SOON, actor=actor)

        assert Lot.objects.filter(item=jam).count() == 2
        assert standing()["A-01", "SOON"] == 4

    def test_of_a_known_lot_needs_no_day(self, jam, actor):
        receive(1, "SOON", None, actor=actor)

        assert standing()["A-01", "SOON"] == 4

    def test_of_a_known_lot_on_another_day_is_refused(self, jam, actor):
        with pytest.raises(operations.LotDiffers, match="Lot SOON of JAM expires on 1 December"):
            receive(1, "SOON", LATE, actor=actor)

    def test_without_a_lot_is_refused(self, jam, actor):
        with pytest.raises(operations.LotMissing, match="Which lot of JAM"):
            receive(1, "", None, actor=actor)

    def test_of_what_is_not_tracked_takes_none(self, jam, actor):
        make_item(sku="MUG")

        with pytest.raises(operations.NoSuchLot):
            operations.receive_stock(sku="MUG", place="A-01", quantity=1, lot="SOON", actor=actor)

    def test_refused_it_leaves_no_lot_behind(self, jam, actor):
        with pytest.raises(operations.QuantityOutOfRange):
            receive(0, "NEW", SOON, actor=actor)

        assert not Lot.objects.filter(code="NEW").exists()


class TestShip:
    def test_takes_what_expires_first_though_it_came_last(self, jam, actor):
        ship(2, actor=actor)

        assert standing() == {("A-01", "LATE"): 5, ("A-01", "SOON"): 1}

    def test_goes_on_with_the_next_lot(self, jam, actor):
        ship(4, actor=actor)

        assert standing() == {("A-01", "LATE"): 4}

    def test_is_undone_with_all_its_lots(self, jam, actor):
        line = ship(4, actor=actor)

        operations.reverse_movement(movement=line.pk, actor=actor)

        assert standing() == {("A-01", "LATE"): 5, ("A-01", "SOON"): 3}

    def test_takes_the_lot_that_is_named(self, jam, actor):
        ship(2, lot="late", actor=actor)

        assert standing() == {("A-01", "LATE"): 3, ("A-01", "SOON"): 3}

    def test_no_more_than_stands_of_the_lot_that_is_named(self, jam, actor):
        with pytest.raises(operations.NotEnoughStock):
            ship(4, lot="SOON", actor=actor)

    def test_a_lot_that_nobody_knows_is_refused(self, jam, actor):
        with pytest.raises(operations.NoSuchLot, match="JAM has no lot OTHER"):
            ship(1, lot="OTHER", actor=actor)

    def test_leaves_what_is_held_of_the_first_lot(self, jam, actor):
        operations.hold_stock(
            lines=[("JAM", 2)], lifetime=timedelta(hours=1), actor=actor, key=uuid4()
        )

        ship(4, actor=actor)

        assert standing() == {("A-01", "LATE"): 2, ("A-01", "SOON"): 2}


class TestMove:
    def test_brings_lots_as_lots(self, jam, actor):
        operations.move_stock(sku="JAM", place="A-01", to_place="B-01", quantity=4, actor=actor)

        assert standing() == {("A-01", "LATE"): 4, ("B-01", "LATE"): 1, ("B-01", "SOON"): 3}

    def test_the_hold_follows_its_lot(self, jam, actor):
        operations.hold_stock(
            lines=[("JAM", 3)], lifetime=timedelta(hours=1), actor=actor, key=uuid4()
        )

        operations.move_stock(
            sku="JAM", place="A-01", to_place="B-01", quantity=3, lot="SOON", actor=actor
        )

        part = HoldLine.objects.get()
        assert (part.level.location.code, part.level.lot.code) == ("B-01", "SOON")

    def test_is_undone_as_a_whole(self, jam, actor):
        line = operations.move_stock(
            sku="JAM", place="A-01", to_place="B-01", quantity=4, actor=actor
        )

        operations.reverse_movement(movement=line.pk, actor=actor)

        assert standing() == {("A-01", "LATE"): 5, ("A-01", "SOON"): 3}


class TestSetRight:
    def test_a_count_is_of_one_lot(self, jam, actor):
        level = StockLevel.objects.get(lot__code="SOON")
        ask = {"sku": "JAM", "place": "A-01", "counted": 2, "actor": actor}

        operations.count_stock(**ask, lot="SOON", seen=level.version)

        assert standing() == {("A-01", "LATE"): 5, ("A-01", "SOON"): 2}
        with pytest.raises(operations.LotMissing):
            operations.count_stock(**ask, seen=level.version)

    def test_what_is_set_apart_is_what_expires_first(self, jam, actor):
        ask = {"sku": "JAM", "place": "A-01", "actor": actor}
        operations.quarantine_stock(**ask, quantity=4, reason="out-of-date")
        apart = StockLevel.objects.filter(unavailable__gt=0)
        assert {level.lot.code: level.unavailable for level in apart} == {"SOON": 3, "LATE": 1}

        operations.scrap_stock(**ask, quantity=3, reason="out-of-date")

        assert standing() == {("A-01", "LATE"): 5}

    def test_what_is_found_says_of_which_lot(self, jam, actor):
        ask = {"sku": "JAM", "place": "A-01", "delta": 1, "reason": "found", "actor": actor}
        with pytest.raises(operations.LotMissing):
            operations.adjust_stock(**ask)

        operations.adjust_stock(**ask, lot="SOON")

        assert standing()["A-01", "SOON"] == 4


class TestTheTablesKeepLots:
    def test_with_their_item(self, jam, actor):
        other = make_item(sku="TEA", tracking="lot")

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO inventory_stocklevel (item_id, location_id, lot_id, on_hand,"
                " allocated, held, unavailable, version)"
                " SELECT %s, location_id, lot_id, 0, 0, 0, 0, 0 FROM inventory_stocklevel",
                [other.pk],
            )

    def test_and_an_item_with_stock_as_it_is_tracked(self, jam, actor):
        with pytest.raises(IntegrityError), transaction.atomic():
            Item.objects.filter(pk=jam.pk).update(tracking="none")

        ship(8, actor=actor)
        assert Item.objects.filter(pk=jam.pk).update(tracking="none") == 1


def test_the_trace_of_a_lot_adds_up(jam, actor):
    for quantity in (1, 3, 2):
        ship(quantity, actor=actor, reference="order:7")
    operations.move_stock(sku="JAM", place="A-01", to_place="B-01", quantity=1, actor=actor)

    for lot in Lot.objects.filter(item=jam):
        lines = StockMovement.objects.filter(level__lot=lot)
        stands = sum(level.on_hand for level in StockLevel.objects.filter(lot=lot))
        assert sum(line.on_hand_delta for line in lines) == stands

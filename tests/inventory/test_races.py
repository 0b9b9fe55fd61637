"""Many at once, in real connections and processes: nothing is lost, nobody waits in a ring."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from inventory import operations
from inventory.models import Hold, StockMovement
from tests import processes
from tests.acts import adjust, all_at_once, at_once
from tests.eventually import eventually
from tests.factories import make_item, make_place, make_stock, make_user

pytestmark = pytest.mark.usefixtures("committed")

QUARTER = timedelta(minutes=15)
RULES = {
    "already_reversed",
    "breaks_promises",
    "hold_broken",
    "hold_ended",
    "level_changed",
    "not_enough_stock",
    "not_reversible",
    "promise_gone",
    "same_place",
    "too_busy",
}


def test_eight_processes_book_at_random_on_five_items():
    for _ in range(5):
        make_stock(30)
    running = [processes.start("tests.inventory.hammer", seed, 200) for seed in range(8)]

    outputs = [process.communicate(timeout=300) for process in running]

    outcomes: Counter[str] = Counter()
    for stdout, stderr in outputs:
        assert stdout, stderr
        outcomes.update(json.loads(stdout))
    assert outcomes.keys() <= RULES | {"booked"}, outcomes
    assert outcomes.total() == 8 * 200
    assert outcomes["booked"] > 400
    assert operations.check_ledger(full=True).findings == []


def test_the_last_unit_has_one_winner():
    shelf, actor = make_stock(1), make_user()

    outcomes = at_once(10, lambda: adjust(shelf, by=-1, actor=actor))

    winners = [outcome for outcome in outcomes if isinstance(outcome, StockMovement)]
    losers = [outcome for outcome in outcomes if isinstance(outcome, operations.NotEnoughStock)]
    assert (len(winners), len(losers)) == (1, 9)


def test_a_place_that_becomes_structural_refuses_who_comes_too_late():
    refused, booked = 0, 0
    for _ in range(12):
        place, item, keeper = make_place(), make_item(), make_user(is_superuser=True)

        def group(place=place, keeper=keeper):
            place.structural = True
            return operations.save_place(place=place, actor=keeper)

        def receive(place=place, item=item):
            return operations.receive_stock(
                sku=item.sku, place=place.code, quantity=1, actor=make_user()
            )

        _, came = all_at_once([group, receive])

        stands = item.levels.filter(on_hand__gt=0).exists()
        assert isinstance(came, StockMovement | operations.PlaceIsStructural), came
        assert stands == isinstance(came, StockMovement)
        refused, booked = refused + (not stands), booked + stands
    assert refused + booked == 12


def test_two_people_who_adjust_at_once_are_both_in_the_ledger():
    shelf, one, other = make_stock(10), make_user(), make_user()

    all_at_once(
        [
            lambda: adjust(shelf, by=+3, actor=one),
            lambda: adjust(shelf, by=-2, actor=other),
        ]
    )

    shelf.refresh_from_db()
    assert shelf.on_hand == 11
    assert sorted(shelf.movements.values_list("on_hand_delta", flat=True)) == [-2, 3, 10]


def test_the_same_form_posted_at_once_books_once():
    shelf, actor, key = make_stock(10), make_user(), uuid4()
    book = {"sku": shelf.item.sku, "place": shelf.location.code, "actor": actor, "key": key}

    outcomes = at_once(5, lambda: operations.ship_stock(quantity=4, **book))

    assert len({outcome.pk for outcome in outcomes}) == 1
    shelf.refresh_from_db()
    assert shelf.on_hand == 6


def test_a_line_is_reversed_once_however_many_try():
    shelf, actor = make_stock(10), make_user()
    receipt = shelf.movements.get()

    outcomes = at_once(6, lambda: operations.reverse_movement(movement=receipt.pk, actor=actor))

    refused = [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
    assert refused == [operations.AlreadyReversed] * 5
    shelf.refresh_from_db()
    assert shelf.on_hand == 0


def test_the_last_ten_are_held_by_no_more_than_ten():
    shelves = [make_stock(4, item=make_item(sku="LAST"))]
    shelves += [make_stock(6, item=shelves[0].item)]
    actor = make_user()

    def hold(quantity):
        return lambda: operations.hold_stock(
            lines=[("LAST", quantity)], lifetime=QUARTER, actor=actor, key=uuid4()
        )

    outcomes = all_at_once([hold(1 + number % 3) for number in range(20)])

    held = [outcome for outcome in outcomes if isinstance(outcome, Hold)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, operations.NotEnoughStock)]
    assert len(held) + len(refused) == 20, outcomes
    taken = sum(quantity for one in held for _, quantity in one.asked)
    # Who was refused wanted more than was left in the end.
    wanted = [refusal.shortages[0].wanted for refusal in refused]
    assert taken <= 10
    assert all(each > 10 - taken for each in wanted)


def test_the_same_key_at_once_is_one_hold():
    make_stock(5, item=make_item(sku="TWICE"))
    actor, key = make_user(), uuid4()

    holds = at_once(
        8,
        lambda: operations.hold_stock(lines=[("TWICE", 2)], lifetime=QUARTER, actor=actor, key=key),
    )

    assert len({hold.pk for hold in holds}) == 1, holds


def test_the_same_key_at_once_is_one_hold_of_the_last_ones():
    make_stock(5, item=make_item(sku="LAST-TWICE"))
    actor, key = make_user(), uuid4()

    holds = at_once(
        8,
        lambda: operations.hold_stock(
            lines=[("LAST-TWICE", 5)], lifetime=QUARTER, actor=actor, key=key
        ),
    )

    assert len({hold.pk for hold in holds if isinstance(hold, Hold)}) == 1, holds
    assert all(isinstance(hold, Hold) for hold in holds), holds


def test_the_same_key_at_once_for_two_things_refuses_one():
    make_stock(5, item=make_item(sku="ONE"))
    make_stock(5, item=make_item(sku="OTHER"))
    actor, key = make_user(), uuid4()

    def hold(sku):
        return lambda: operations.hold_stock(
            lines=[(sku, 2)], lifetime=QUARTER, actor=actor, key=key
        )

    outcomes = all_at_once([hold("ONE"), hold("OTHER")] * 3)

    kinds = Counter(type(outcome).__name__ for outcome in outcomes)
    assert kinds == {"Hold": 3, "KeyTaken": 3}, outcomes


@pytest.mark.parametrize("act", ["hold", "allocate"])
def test_goods_that_go_to_a_new_place_meanwhile_can_be_promised(act):
    shelf, actor = make_stock(3), make_user(superuser=True)
    asked = {
        "hold": lambda: operations.hold_stock(
            lines=[(shelf.item.sku, 3)], lifetime=QUARTER, actor=actor, key=uuid4()
        ),
        "allocate": lambda: operations.allocate_stock(
            sku=shelf.item.sku, quantity=3, reference="order:8", actor=actor
        ),
    }
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            operations.move_stock(
                sku=shelf.item.sku,
                place=shelf.location.code,
                to_place=make_place().code,
                quantity=3,
                actor=actor,
            )
            promised = pool.submit(all_at_once, [asked[act]])
            eventually(somebody_waits_for_us, seconds=20)

        [outcome] = promised.result()

    assert not isinstance(outcome, Exception), outcome


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
            " AND transactionid = pg_current_xact_id()::xid)"
        )
        [[waits]] = cursor.fetchall()
    return waits


def test_a_hold_is_confirmed_or_expired_and_never_both():
    shelf = make_stock(300, item=make_item(sku="EDGE"))
    actor = make_user()
    both: Counter[str] = Counter()
    for number in range(60):
        made = operations.hold_stock(
            lines=[("EDGE", 1)],
            lifetime=timedelta(milliseconds=number**2 / 2),  # dense at first, long enough at last
            actor=actor,
            key=uuid4(),
        )
        confirm, _ = all_at_once(
            [
                lambda made=made: operations.confirm_hold(hold=made.pk, actor=actor),
                operations.expire_holds,
            ]
        )
        both[confirm.status if isinstance(confirm, Hold) else confirm.code] += 1

    shelf.refresh_from_db()
    assert both.total() == 60
    assert both.keys() == {"confirmed", "hold_ended"}, both
    assert shelf.allocated == both["confirmed"]
    operations.expire_holds()
    assert operations.check_ledger(full=True).findings == []


def test_lines_in_opposite_order_do_not_wait_in_a_ring():
    for sku in ("LEFT", "RIGHT"):
        make_stock(200, item=make_item(sku=sku))
    actor = make_user()

    def hold(*skus):
        return lambda: operations.hold_stock(
            lines=[(sku, 1) for sku in skus], lifetime=QUARTER, actor=actor, key=uuid4()
        )

    outcomes = all_at_once([hold("LEFT", "RIGHT"), hold("RIGHT", "LEFT")] * 8)

    assert all(isinstance(outcome, Hold) for outcome in outcomes), outcomes

"""Many at once, in real connections and processes: nothing is lost, nobody waits in a ring."""

import json
from collections import Counter
from uuid import uuid4

import pytest

from inventory import operations
from inventory.models import StockMovement
from tests import processes
from tests.acts import adjust, all_at_once, at_once
from tests.factories import make_item, make_place, make_stock, make_user

pytestmark = pytest.mark.usefixtures("committed")

RULES = {"not_enough_stock", "already_reversed", "not_reversible"}


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

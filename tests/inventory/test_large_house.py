"""The large house that the benches measure: it must be as large as it says."""

import pytest

from bench import house
from inventory.models import Item, LedgerCheck, StockLevel, StockMovement
from jobs.models import OutboxEvent

pytestmark = pytest.mark.django_db


# 12 items of which 2 are never received; many that run out; a ledger longer than a call.
@pytest.mark.parametrize(("items", "movements"), [(12, 10), (8, 900), (60, 1200)])
def test_has_exactly_what_was_asked_for(items, movements, capsys):
    house.build(items=items, movements=movements)

    assert Item.objects.count() == items
    assert StockMovement.objects.count() == movements
    assert StockLevel.objects.count() == min(items, movements)
    assert LedgerCheck.objects.get().proved
    assert not OutboxEvent.objects.exists()
    assert f"{movements:,} of {movements:,} movements" in capsys.readouterr().err


def test_does_not_wait_for_movements_of_nothing():
    with pytest.raises(ValueError, match="need an item"):
        house.build(items=0, movements=1)

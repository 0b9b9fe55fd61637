"""The proof: it passes for what the ledger wrote, and names what somebody else did."""

import pytest
from django.db import connection

from inventory import operations
from inventory.models import LedgerMark, StockLevel
from tests.acts import adjust
from tests.factories import make_place, make_stock

pytestmark = pytest.mark.django_db


def damage(sql: str, *values) -> None:
    """Change rows as a person at a database prompt could, past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


class TestCheckLedger:
    def test_proves_what_the_ledger_wrote(self):
        adjust(make_stock(5), by=-2)
        make_stock(7)

        check = operations.check_ledger(full=True)

        assert check.proved
        assert (check.ledger_units, check.balance_units) == (10, 10)
        assert (check.levels_proved, check.levels, check.movements_read) == (2, 2, 3)

    def test_goes_on_where_it_was_proved_last(self):
        shelf = make_stock(5)
        operations.check_ledger(full=True)
        adjust(shelf, by=-2)

        check = operations.check_ledger()

        assert (check.movements_read, check.ledger_units, check.proved) == (1, 3, True)

    @pytest.mark.parametrize("full", [True, False])
    def test_names_a_damaged_balance(self, full):
        shelf = make_stock(5)
        operations.check_ledger()
        damage("UPDATE inventory_stocklevel SET on_hand = 6 WHERE id = %s", shelf.pk)

        check = operations.check_ledger(full=full)

        assert check.differences == 1
        [finding] = check.findings
        assert finding["sku"] == shelf.item.sku
        assert finding["place"] == shelf.location.code
        assert (finding["ledger"], finding["balance"]) == (5, 6)

    def test_finds_it_again_until_it_is_right(self):
        shelf = make_stock(5)
        damage("UPDATE inventory_stocklevel SET on_hand = 6 WHERE id = %s", shelf.pk)
        operations.check_ledger(full=True)

        again = operations.check_ledger()
        damage("UPDATE inventory_stocklevel SET on_hand = 5 WHERE id = %s", shelf.pk)
        healed = operations.check_ledger()

        assert (again.differences, healed.differences) == (1, 0)

    def test_names_a_damaged_line(self):
        shelf = make_stock(5)
        adjust(shelf, by=1)
        damage(
            "UPDATE inventory_stockmovement SET on_hand_delta = 9 "
            "WHERE level_id = %s AND version = 1",
            shelf.pk,
        )

        [finding] = operations.check_ledger(full=True).findings

        assert "does not add up" in finding["why"]

    def test_names_a_line_that_is_missing(self):
        shelf = make_stock(5)
        adjust(shelf, by=1)
        damage("DELETE FROM inventory_stockmovement WHERE level_id = %s AND version = 1", shelf.pk)

        [finding] = operations.check_ledger(full=True).findings

        assert "1, 2, 3" in finding["why"]

    def test_a_full_pass_looks_behind_what_was_proved(self):
        shelf = make_stock(5)
        operations.check_ledger()
        damage("UPDATE inventory_stockmovement SET on_hand_delta = 9 WHERE level_id = %s", shelf.pk)

        passing, full = operations.check_ledger(), operations.check_ledger(full=True)

        assert (passing.differences, full.differences) == (0, 1)
        assert not LedgerMark.objects.filter(level=shelf).exists()

    def test_names_stock_at_a_structural_place(self):
        shelf = make_stock(5, place=make_place(code="A"))
        damage("UPDATE inventory_location SET structural = true WHERE code = 'A'")

        [finding] = operations.check_ledger(full=True).findings

        assert (finding["place"], finding["why"]) == ("A", "something stands at a structural place")
        assert StockLevel.objects.get().pk == shelf.pk

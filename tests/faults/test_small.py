"""The scripts of this package, small."""

import pytest

from inventory import operations
from tests.factories import make_item, make_stock
from tests.faults.history import judge
from tests.faults.last_units import crowd
from tests.faults.negative_control import oversells, throw_away_database, whole_house_oversells
from tests.processes import database_url

pytestmark = pytest.mark.usefixtures("committed")


def test_twenty_hold_the_last_ten_with_retries_and_cut_connections():
    verdict = crowd(database_url(), seed=3, asks=3)

    assert verdict.clean, verdict
    assert (verdict.asks, verdict.held + verdict.refused) == (60, 60)
    assert operations.check_ledger(full=True).findings == []


def test_without_its_nets_the_house_is_oversold_and_with_them_it_is_not():
    with throw_away_database(database_url()) as url:
        assert whole_house_oversells(url, seed=1) is None
        assert oversells(url, seed=2) is not None


class TestHistory:
    """The judge itself sees what is wrong."""

    @pytest.fixture
    def sku(self):
        item = make_item()
        make_stock(5, item=item)
        return item.sku

    def test_sees_a_wrong_refusal(self, sku):
        ask = {"key": "k", "quantity": 3, "from": 2e9, "to": 2e9 + 1, "refused": 2}

        assert judge(sku, [ask]).wrongly_refused == [ask]

    def test_sees_a_hold_that_nobody_wrote(self, sku):
        ask = {"key": "k", "quantity": 3, "from": 2e9, "to": 2e9 + 1, "hold": 10**9}

        assert judge(sku, [ask]).lost == 1

    def test_sees_an_ask_without_an_answer(self, sku):
        assert judge(sku, [{"key": "k", "quantity": 3, "from": 2e9, "to": 2e9 + 1}]).lost == 1

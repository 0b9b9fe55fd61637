"""The shop that a newcomer finds."""

import pytest
from django.core.management import CommandError, call_command

from accounts.access import EVERYWHERE
from inventory import availability, reports
from inventory.models import (
    Item,
    LedgerCheck,
    Location,
    LowStock,
    Picture,
    StockMovement,
)
from tests.factories import make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO = True


@pytest.mark.usefixtures("demo")
class TestSeed:
    def test_fills_an_empty_house(self):
        call_command("seed", verbosity=0)

        assert Item.objects.count() == 300
        assert Item.objects.filter(picture=None).count() == 0
        assert Location.objects.holding().filter(kind="bin").count() == 12
        assert Location.objects.filter(kind="site").count() == 2
        assert StockMovement.objects.count() > 1000
        assert LowStock.objects.filter(out=True).count() == 5
        assert 10 <= LowStock.objects.filter(out=False).count() <= 40
        assert LedgerCheck.objects.get().proved
        assert not Item.objects.filter(last_moved_at=None).exists()
        sizes = [len(picture.thumbnail) for picture in Picture.objects.all()]
        assert sum(sizes) / len(sizes) < 1500

        star = Item.objects.get(sku="22423")
        assert availability.of_item(star, scope=EVERYWHERE).available == 47
        assert reports.timeline(star, scope=EVERYWHERE).adds_up

        before = StockMovement.objects.count()
        call_command("seed", again=True, verbosity=0)
        assert StockMovement.objects.count() > before + 500
        assert LedgerCheck.objects.order_by("-pk")[0].proved

    def test_leaves_a_house_with_items_alone(self):
        make_item()

        with pytest.raises(CommandError, match="--again"):
            call_command("seed", verbosity=0)

        assert Item.objects.count() == 1

    def test_does_nothing_when_told(self):
        call_command("seed", none=True, verbosity=0)

        assert not Item.objects.exists()

    def test_has_nothing_to_go_on_with_in_an_empty_house(self):
        with pytest.raises(CommandError, match="Run seed first"):
            call_command("seed", again=True, verbosity=0)


def test_makes_no_demo_people_in_a_real_house(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="BACKROOM_DEMO"):
        call_command("seed", verbosity=0)

"""The shop that a newcomer finds."""

import io
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from PIL import Image

from accounts.access import EVERYWHERE, places_of
from accounts.models import User
from inventory import availability, reports
from inventory.management.demo import house
from inventory.management.demo.calendar import dates
from inventory.management.demo.catalogue import STAR, THINGS, wares, with_check_digit
from inventory.management.demo.drawings import MOTIFS, drawing
from inventory.management.demo.story import Sold, first_story, next_story
from inventory.models import (
    Item,
    LedgerCheck,
    Location,
    Lot,
    LowStock,
    MovementKind,
    Picture,
    StockLevel,
    StockMovement,
)
from tests.factories import make_item

NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
SOLD = [Sold(ware.sku, ware.reorder_at, ware.thing.box) for ware in wares()]


class TestCatalogue:
    def test_has_three_hundred_different_items(self):
        assert len(wares()) == 300
        assert len({ware.sku.upper() for ware in wares()}) == 300
        assert len({ware.name for ware in wares()}) == 300
        assert wares()[0].sku == STAR

    def test_has_skus_of_several_shapes(self):
        skus = [ware.sku for ware in wares()]

        assert any(sku.isdecimal() for sku in skus)
        assert any(sku[:-1].isdecimal() and sku[-1].isalpha() for sku in skus)
        assert any(" " in sku and "/" in sku for sku in skus)

    @pytest.mark.parametrize(
        ("twelve", "thirteen"),
        [("400638133393", "4006381333931"), ("501234567890", "5012345678900")],
    )
    def test_ends_a_barcode_with_its_check_digit(self, twelve, thirteen):
        assert with_check_digit(twelve) == thirteen

    def test_is_the_same_each_time(self):
        assert wares() == wares()

    def test_has_a_drawing_for_each_thing(self):
        assert {thing.motif for thing in THINGS} == set(MOTIFS)

    @pytest.mark.parametrize("motif", MOTIFS)
    def test_draws_a_card_the_same_each_time(self, motif):
        card = drawing(motif, "RED", "SPOTS")

        image = Image.open(io.BytesIO(card)).convert("RGB")
        assert image.size == (96, 96)
        assert image.getpixel((0, 0)) == (0xF4, 0xF1, 0xE8)
        assert len(image.getcolors()) > 4
        assert card == drawing(motif, "RED", "SPOTS")
        assert card != drawing(motif, "BLUE", "SPOTS")


class TestStory:
    def test_is_the_same_each_time(self):
        assert first_story(SOLD) == first_story(SOLD)

    def test_never_takes_what_is_not_there(self):
        there = Counter()
        lowest = Counter()

        for sku, place, quantity in (line for act in first_story(SOLD) for line in act.lines):
            there[sku, place] += quantity
            lowest[sku, place] = min(lowest[sku, place], there[sku, place])

        assert min(lowest.values()) == 0

    def test_undoes_a_line_that_stands_before_it(self):
        acts = first_story(SOLD)

        undone = [(acts[act.undoes], act) for act in acts if act.undoes is not None]
        assert len(undone) >= 5
        assert all(
            [(sku, place, -quantity) for sku, place, quantity in before.lines] == [*act.lines]
            for before, act in undone
        )

    def test_goes_on_from_what_stands_there(self):
        [act, *_] = next_story(SOLD, {(ware.sku, "B-11-1"): 0 for ware in wares()}, orders=1470)

        assert act.kind == MovementKind.RECEIVE  # nothing can be ordered before it comes

    @pytest.mark.parametrize(
        "now",
        [
            *(NOW + timedelta(days=day) for day in range(7)),
            datetime(2026, 11, 25, 0, 5, tzinfo=UTC),
            datetime(2026, 4, 20, 23, 58, tzinfo=UTC),  # summer time began within the sixty days
        ],
    )
    def test_lies_in_the_sixty_days_before_now(self, now):
        moments = dates(538, now=now)

        assert len(moments) == 538
        assert moments == sorted(moments)
        assert now - timedelta(days=61) < moments[0]
        assert now - timedelta(hours=1) < moments[-1] < now

    def test_is_busy_on_fridays_and_quiet_on_sundays(self):
        on = Counter(moment.weekday() for moment in dates(538, now=NOW)[:-12])

        assert on[4] > on[0] > on[5] > on[6] > 0


@pytest.fixture
def demo(settings):
    settings.DEMO = True


def mark():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname = current_database()"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
class TestSeed:
    def test_fills_an_empty_house(self):
        call_command("seed", verbosity=0)

        assert Item.objects.count() == 303  # three of them by lot
        assert Item.objects.filter(picture=None).count() == 0
        assert Item.objects.filter(category__parent=None).count() == 0
        assert Location.objects.holding().count() == 12
        assert Location.objects.filter(kind="site").count() == 2
        assert Location.objects.filter(kind="zone", structural=True).count() == 5
        assert StockMovement.objects.count() > 2000
        assert LowStock.objects.filter(out=True).count() == 5
        kept = User.objects.get(name="Warehouse 2")
        assert places_of(kept) == ("SOUTH",)
        assert not StockMovement.objects.filter(actor=kept).exclude(
            level__in=StockLevel.objects.for_user(kept)
        )
        printed = io.StringIO()
        call_command("demo_signins", stdout=printed)
        [line] = [each for each in printed.getvalue().splitlines() if "Warehouse 2" in each]
        assert line.endswith("(at SOUTH alone)")
        assert LowStock.objects.filter(out=False).count() == 18
        assert [one.is_out_of_date for one in Lot.objects.by_expiry()] == [True, *[False] * 6]
        assert LedgerCheck.objects.get().proved
        assert not Item.objects.filter(last_moved_at=None).exists()
        sizes = [len(picture.thumbnail) for picture in Picture.objects.all()]
        assert sum(sizes) / len(sizes) < 1200

        star = Item.objects.get(sku=STAR)
        assert availability.of_item(star, scope=EVERYWHERE).available == 47
        timeline = reports.timeline(star, scope=EVERYWHERE)
        assert timeline.adds_up
        happened = [line.movement.effective_at for line in timeline.lines]
        assert happened == sorted(happened, reverse=True)
        assert StockMovement.objects.filter(reference="order:1042").count() > 1
        assert StockMovement.objects.filter(reference="delivery:2041").count() > 1

        before = StockMovement.objects.count()
        call_command("seed", again=True, verbosity=0)
        assert StockMovement.objects.count() > before + 1000
        assert LedgerCheck.objects.order_by("-pk")[0].proved

    def test_leaves_a_house_with_items_alone(self):
        make_item()

        with pytest.raises(CommandError, match="--again"):
            call_command("seed", verbosity=0)

        assert Item.objects.count() == 1

    def test_leaves_nothing_half_done(self, monkeypatch):
        ships = [act for act in first_story(SOLD) if act.kind == MovementKind.SHIP]
        monkeypatch.setattr(house, "first_story", lambda sold: ships)

        with pytest.raises(RuntimeError, match="does not add up"):
            call_command("seed", verbosity=0)

        assert not Item.objects.exists()
        assert not StockLevel.objects.exists()

    def test_marks_an_empty_house_to_be_left_so(self, capsys):
        call_command("seed", none=True)

        assert "will not fill it" in capsys.readouterr().out
        assert mark() == house.NOT_FILLED
        assert not Item.objects.exists()

    def test_does_not_mark_a_house_with_items(self, capsys):
        make_item()

        call_command("seed", none=True)

        assert "Left as it is." in capsys.readouterr().out
        assert mark() is None

    def test_has_nothing_to_go_on_with_in_an_empty_house(self):
        with pytest.raises(CommandError, match="no demonstration shop here"):
            call_command("seed", again=True, verbosity=0)

    def test_says_what_is_missing_to_go_on(self):
        piece = make_item().unit
        Item.objects.bulk_create(Item(sku=ware.sku, unit=piece) for ware in wares())

        with pytest.raises(CommandError, match=r"needs .*B-11-1.*Warehouse 1"):
            call_command("seed", again=True, verbosity=0)

        assert not StockMovement.objects.exists()


@pytest.mark.django_db
def test_makes_no_demo_people_in_a_real_house(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="BACKROOM_DEMO"):
        call_command("seed", verbosity=0)

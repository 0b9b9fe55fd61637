"""Places keep their tree, and the ledger hears of what changes a promise."""

import pytest
from django.db import IntegrityError, transaction

from inventory import operations
from inventory.models import Location
from tests.factories import make_place, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


def save(place: Location, **changes) -> Location:
    for name, value in changes.items():
        setattr(place, name, value)
    return operations.save_place(place=place, actor=make_user())


class TestTheTree:
    def test_paths_go_from_the_site_down(self):
        site = make_site()
        zone = make_place(parent=site, kind="zone")
        shelf = make_place(parent=zone)

        assert shelf.path == f"{site.pk}.{zone.pk}.{shelf.pk}"
        assert list(Location.objects.below(zone).order_by("pk")) == [zone, shelf]

    def test_moving_a_place_takes_all_beneath_along(self):
        old, new = make_site(), make_site()
        zone = make_place(parent=old, kind="zone")
        shelf = make_place(parent=zone)

        save(zone, parent=new)

        shelf.refresh_from_db()
        assert shelf.path == f"{new.pk}.{zone.pk}.{shelf.pk}"

    def test_a_place_cannot_stand_inside_itself(self):
        zone = make_place(kind="zone")
        shelf = make_place(parent=zone)

        with pytest.raises(operations.PlaceRefused, match="inside itself"):
            save(zone, parent=shelf)

    def test_only_a_site_stands_on_its_own(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            Location.objects.create(code="LOOSE", kind="bin")

    def test_a_code_is_one_in_any_case(self):
        make_place(code="A-01")

        with pytest.raises(IntegrityError), transaction.atomic():
            make_place(code="a-01")


class TestSavePlace:
    def test_tells_the_ledger_when_levels_stop_selling(self):
        shelf = make_stock(5)
        site = shelf.location.parent

        save(site, sellable=False)

        shelf.refresh_from_db()
        line = shelf.movements.order_by("-version").first()
        assert (line.kind, line.on_hand_delta, line.on_hand_after) == ("relabel", 0, 5)
        assert shelf.version == 2
        assert operations.check_ledger(full=True).proved

    def test_tells_the_ledger_when_levels_come_to_another_site(self):
        shelf = make_stock(5)

        save(shelf.location, parent=make_site())

        shelf.refresh_from_db()
        assert shelf.version == 2

    def test_says_nothing_to_the_ledger_when_only_a_name_changed(self):
        shelf = make_stock(5)

        save(shelf.location, name="pick face")

        shelf.refresh_from_db()
        assert shelf.version == 1

    def test_refuses_to_make_a_full_place_structural(self):
        shelf = make_stock(5)

        with pytest.raises(operations.PlaceRefused, match="Move it away first"):
            save(shelf.location, structural=True)

        assert not Location.objects.get(pk=shelf.location_id).structural

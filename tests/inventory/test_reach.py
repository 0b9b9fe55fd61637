"""Nobody moves stock outside their places, whichever operation they use."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from accounts.models import User
from inventory import operations
from inventory.models import Allocation, Hold, Location, StockLevel, StockMovement
from inventory.operations import sales_history
from tests.factories import grant, make_item, make_place, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
HISTORY = Path(__file__).parent / "data" / "sales_history.csv"


class House:
    """Ten of a mug at each of two sites; one person for the north, who may also look at the port.

    `anybody` has no grant, and so may do everything.
    """

    def __init__(self) -> None:
        self.anybody = make_user(name="Anybody")
        self.mug = make_item(sku="MUG")
        sites = {name: make_site(code=name) for name in ("NORTH", "SOUTH", "PORT")}
        self.north, self.south, self.port = (
            make_stock(10, item=self.mug, place=make_place(code=f"{name}-1", parent=site))
            for name, site in sites.items()
        )
        self.sites = sites
        make_stock(5, item=self.mug, place=make_place(code="NORTH-2", parent=sites["NORTH"]))
        person = make_user(name="Warehouse 2")
        grant(person, sites["NORTH"])
        grant(person, sites["PORT"], may_move=False)
        self.person = self.again(person)

    def again(self, person: User) -> User:
        """As the next request loads them."""
        return User.objects.get(pk=person.pk)


@pytest.fixture
def house():
    return House()


BOOKINGS = {
    "receive": lambda place, actor: operations.receive_stock(
        sku="MUG", place=place, quantity=1, actor=actor
    ),
    "ship": lambda place, actor: operations.ship_stock(
        sku="MUG", place=place, quantity=1, actor=actor
    ),
    "return": lambda place, actor: operations.return_stock(
        sku="MUG", place=place, quantity=1, reason="unwanted", actor=actor
    ),
    "adjust": lambda place, actor: operations.adjust_stock(
        sku="MUG", place=place, delta=1, reason="found", actor=actor
    ),
    "hold": lambda place, actor: operations.hold_stock(
        lines=[("MUG", 1)], lifetime=HOUR, actor=actor, key=uuid4(), place=place
    ),
    "count": lambda place, actor: operations.count_stock(
        sku="MUG", place=place, counted=10, seen=1, actor=actor
    ),
    "move from": lambda place, actor: operations.move_stock(
        sku="MUG", place=place, to_place="NORTH-2", quantity=1, actor=actor
    ),
    "move to": lambda place, actor: operations.move_stock(
        sku="MUG", place="NORTH-2", to_place=place, quantity=1, actor=actor
    ),
    "move everything from": lambda place, actor: operations.move_everything(
        place=place, to_place="NORTH-2", actor=actor, key=uuid4()
    ),
    "move everything to": lambda place, actor: operations.move_everything(
        place="NORTH-2", to_place=place, actor=actor, key=uuid4()
    ),
    "quarantine": lambda place, actor: operations.quarantine_stock(
        sku="MUG", place=place, quantity=1, reason="damaged", actor=actor
    ),
    "scrap": lambda place, actor: operations.scrap_stock(
        sku="MUG", place=place, quantity=1, reason="damaged", actor=actor
    ),
    "allocate": lambda place, actor: operations.allocate_stock(
        sku="MUG", quantity=1, reference="order:1", actor=actor, place=place
    ),
}


@pytest.mark.parametrize("act", BOOKINGS)
class TestAtAPlace:
    def test_of_theirs_they_book(self, house, act):
        BOOKINGS[act]("north-1", house.person)

        assert house.north.movements.count() == 2

    def test_that_they_do_not_see_there_is_none(self, house, act):
        for place in ("SOUTH-1", "NO-SUCH-PLACE"):
            with pytest.raises(Location.DoesNotExist):
                BOOKINGS[act](place, house.person)

        assert house.south.movements.count() == 1

    def test_that_they_only_see_they_are_told(self, house, act):
        with pytest.raises(operations.NotYours, match="You may look at PORT-1, but not move"):
            BOOKINGS[act]("PORT-1", house.person)

        assert house.port.movements.count() == 1


class TestPromises:
    def test_are_made_of_what_one_may_move_alone(self, house):
        with pytest.raises(operations.NotEnoughStock, match="15 available of MUG, not 16"):
            operations.hold_stock(
                lines=[("MUG", 16)], lifetime=HOUR, actor=house.person, key=uuid4()
            )

        made = operations.hold_stock(
            lines=[("MUG", 10)], lifetime=HOUR, actor=house.person, key=uuid4()
        )

        assert [part.level for part in made.lines.all()] == [house.north]

    def hold_of(self, house, quantity, place=""):
        return operations.hold_stock(
            lines=[("MUG", quantity)], lifetime=HOUR, actor=house.anybody, key=uuid4(), place=place
        )

    @pytest.mark.parametrize(
        "act",
        [
            lambda hold, actor: operations.release_hold(hold=hold.pk, actor=actor),
            lambda hold, actor: operations.confirm_hold(hold=hold.pk, actor=actor),
            lambda hold, actor: operations.extend_hold(hold=hold.pk, lifetime=HOUR, actor=actor),
            lambda hold, actor: operations.change_hold(
                hold=hold.pk, line=1, quantity=1, actor=actor
            ),
        ],
        ids=["release", "confirm", "extend", "change"],
    )
    def test_elsewhere_are_not_found_and_partly_elsewhere_not_touched(self, house, act):
        south, port = self.hold_of(house, 3, "SOUTH-1"), self.hold_of(house, 2, "PORT-1")
        spread = self.hold_of(house, 28)
        before = StockMovement.objects.count()

        with pytest.raises(Hold.DoesNotExist):
            act(south, house.person)
        for hold in (port, spread):
            with pytest.raises(operations.NotYours, match="where you may not move stock"):
                act(hold, house.person)

        assert StockMovement.objects.count() == before
        assert set(Hold.objects.values_list("status", flat=True)) == {"active"}

    def test_that_ended_are_still_known_where_they_held(self, house):
        mine, south = self.hold_of(house, 3, "NORTH-1"), self.hold_of(house, 3, "SOUTH-1")
        for hold in (mine, south):
            operations.release_hold(hold=hold.pk, actor=house.anybody)

        assert list(Hold.objects.for_user(house.person)) == [mine]

    def test_of_ones_own_are_seen_wherever_they_stand(self, house):
        made = operations.hold_stock(
            lines=[("MUG", 3)], lifetime=HOUR, actor=house.person, key=uuid4()
        )
        house.person.grants.all().delete()
        grant(house.person, house.sites["SOUTH"])
        moved = house.again(house.person)

        assert list(Hold.objects.for_user(moved)) == [made]
        with pytest.raises(operations.NotYours):
            operations.release_hold(hold=made.pk, actor=moved)

    def test_to_orders_are_given_back_where_one_may(self, house):
        for place in ("SOUTH-1", "PORT-1"):
            operations.allocate_stock(
                sku="MUG", quantity=1, reference=f"order:{place}", actor=house.anybody, place=place
            )
        south, port = (
            Allocation.objects.get(reference=f"order:{place}") for place in ("SOUTH-1", "PORT-1")
        )

        with pytest.raises(operations.PromiseGone):
            operations.deallocate_stock(allocation=south.pk, quantity=1, actor=house.person)
        with pytest.raises(operations.NotYours):
            operations.deallocate_stock(allocation=port.pk, quantity=1, actor=house.person)

    def test_of_another_site_are_not_shipped_from_ones_own(self, house):
        [south] = operations.allocate_stock(
            sku="MUG", quantity=1, reference="order:9", actor=house.anybody, place="SOUTH-1"
        )

        with pytest.raises(operations.StockError, match="That promise is gone"):
            operations.ship_stock(
                sku="MUG", place="NORTH-1", quantity=1, allocation=south.pk, actor=house.person
            )


class TestMail:
    def test_of_a_broken_promise_names_no_place_that_is_not_theirs_any_more(self, house, letters):
        operations.hold_stock(
            lines=[("MUG", 10)], lifetime=HOUR, actor=house.person, key=uuid4(), place="NORTH-1"
        )
        house.person.grants.filter(location=house.sites["NORTH"]).delete()

        operations.scrap_stock(
            sku="MUG",
            place="NORTH-1",
            quantity=4,
            reason="damaged",
            actor=house.anybody,
            accepts=None,
        )

        [letter] = letters()
        assert letter["To"] == house.person.email
        assert "4 of MUG" in letter.get_content()
        assert "NORTH" not in letter.get_content()


class TestReversing:
    def test_a_line_elsewhere_is_not_found_or_refused(self, house):
        with pytest.raises(StockMovement.DoesNotExist):
            operations.reverse_movement(movement=house.south.movements.get().pk, actor=house.person)
        with pytest.raises(operations.NotYours):
            operations.reverse_movement(movement=house.port.movements.get().pk, actor=house.person)

        assert StockLevel.objects.filter(on_hand=10).count() == 3

    def test_a_move_from_elsewhere_is_not_undone_from_one_side(self, house):
        line = operations.move_stock(
            sku="MUG", place="SOUTH-1", to_place="NORTH-1", quantity=2, actor=house.anybody
        )

        with pytest.raises(operations.NotYours) as refused:
            operations.reverse_movement(movement=line.pk, actor=house.person)

        assert "SOUTH" not in str(refused.value)


class TestARightThatIsTakenAway:
    def test_holds_for_the_next_request(self, house):
        key = uuid4()
        book = {"sku": "MUG", "place": "NORTH-1", "quantity": 1, "key": key}
        operations.receive_stock(**book, actor=house.person)
        house.person.grants.filter(location=house.sites["NORTH"]).delete()
        later = house.again(house.person)

        # Sent once more, as an impatient finger does: what was booked is not told any more.
        with pytest.raises(StockMovement.DoesNotExist):
            operations.receive_stock(**book, actor=later)
        with pytest.raises(Location.DoesNotExist):
            operations.receive_stock(**{**book, "key": uuid4()}, actor=later)

    def test_keeps_what_may_still_be_seen_from_being_moved(self, house):
        house.person.grants.update(may_move=False)

        with pytest.raises(operations.NotYours):
            BOOKINGS["ship"]("NORTH-1", house.again(house.person))


class TestTheTree:
    def test_a_place_of_theirs_they_edit(self, house):
        place = house.north.location
        place.sellable = False

        operations.save_place(place=place, actor=house.person)

        assert house.north.movements.filter(kind="relabel").count() == 1

    def test_a_new_place_is_put_under_theirs_alone(self, house):
        operations.save_place(
            place=Location(code="NORTH-3", parent=house.sites["NORTH"]), actor=house.person
        )
        for above in (house.sites["SOUTH"], house.sites["PORT"], None):
            kind = "bin" if above else "site"
            with pytest.raises(operations.PlaceRefused, match="where you may not move stock"):
                operations.save_place(
                    place=Location(code="X-1", parent=above, kind=kind), actor=house.person
                )

        assert not Location.objects.filter(code="X-1").exists()

    def test_a_place_is_not_carried_out_of_theirs(self, house):
        place = house.north.location
        place.parent = house.sites["SOUTH"]

        with pytest.raises(operations.PlaceRefused, match="where you may not move stock"):
            operations.save_place(place=place, actor=house.person)

    def test_a_place_is_not_brought_into_theirs(self, house):
        place = house.port.location
        place.parent = house.sites["NORTH"]

        with pytest.raises(operations.PlaceRefused, match="You may look at PORT-1"):
            operations.save_place(place=place, actor=house.person)

    def test_the_root_of_a_grant_is_edited_where_it_stands(self, house):
        zone = make_place(code="ZONE", kind="zone", parent=house.sites["SOUTH"])
        grant(house.person, zone)
        zone.name = "Zone of theirs"

        operations.save_place(place=zone, actor=house.again(house.person))

        zone.refresh_from_db()
        assert zone.name == "Zone of theirs"


class TestImport:
    def test_ships_from_a_place_of_theirs_alone(self, house):
        asked = {"paths": [HISTORY], "actor": house.person, "dry_run": True}

        for place in ("SOUTH-1", "PORT-1", "NO-SUCH-PLACE"):
            with pytest.raises(sales_history.ImportRefused, match=f"has the code “{place}”"):
                sales_history.import_sales_history(**asked, place=place)

        assert sales_history.import_sales_history(**asked, place="NORTH-1").booked

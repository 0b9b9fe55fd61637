"""What the pages say to somebody who is kept to some places."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from inventory import operations
from inventory.models import LedgerCheck
from tests.factories import grant, make_item, make_place, make_site, make_stock, make_user
from tests.inventory.views.acts import make_person, send, text_of

pytestmark = pytest.mark.django_db


class Both:
    """A mug at two sites; Warehouse 2 moves at the north and looks at the port."""

    def __init__(self) -> None:
        self.mug = make_item(sku="MUG")
        north, port, south = (make_site(code=code) for code in ("NORTH", "PORT", "SOUTH"))
        for site in (north, port, south):
            make_stock(5, item=self.mug, place=make_place(code=f"{site.code}-1", parent=site))
        self.person = make_person("Warehouse", name="Warehouse 2")
        self.ports = grant(self.person, port, may_move=False)
        grant(self.person, north)
        self.browser = Client()
        self.browser.force_login(self.person)

    def hold(self, quantity, place=""):
        return operations.hold_stock(
            lines=[("MUG", quantity)],
            lifetime=timedelta(hours=1),
            actor=make_user(name="Support 1"),
            key=uuid4(),
            place=place,
        )


@pytest.fixture
def both():
    return Both()


class TestNumbers:
    def test_are_those_of_their_places_and_say_so(self, both):
        read = text_of(both.browser.get(both.mug.get_absolute_url()))

        assert "Why is it 10 at NORTH, PORT?" in read
        assert "Stock at NORTH, PORT alone" in read
        assert "SOUTH" not in read

    def test_no_button_asks_for_what_would_be_refused(self, both):
        page = both.browser.get(both.mug.get_absolute_url()).content.decode()

        assert "Count what stands at NORTH-1" in page
        assert "Count what stands at PORT-1" not in page
        assert page.count('aria-label="Reverse:') == 1

    def test_whoever_may_only_look_has_no_button_at_all(self, both):
        looker = make_person("Warehouse", name="Warehouse 3")
        grant(looker, both.ports.location, may_move=False)
        browser = Client()
        browser.force_login(looker)

        item = both.mug.get_absolute_url()
        page = browser.get(item).content.decode()

        assert "Why is it" in page
        for button in ("receive", "ship", "move", "hold", "adjust", "count"):
            assert f"{item}/{button}" not in page

    def test_say_nothing_to_whoever_sees_the_house(self, both, warehouse):
        read = text_of(warehouse.get(both.mug.get_absolute_url()))

        assert "Why is it 15?" in read
        assert "alone" not in read


class TestWhereTheyOnlyLook:
    @pytest.mark.parametrize("act", ["receive", "ship", "return", "adjust", "hold"])
    def test_a_form_says_so_and_books_nothing(self, both, act):
        answer = send(
            both.browser,
            f"/items/{both.mug.pk}/{act}",
            place="port-1",
            quantity="1",
            delta="1",
            reason="found" if act == "adjust" else "unwanted",
            lifetime="60",
        )

        assert answer.status_code == 422
        assert "You may look at PORT-1, but not move what stands there." in text_of(answer)
        assert both.mug.levels.filter(on_hand=5, held=0).count() == 3

    def test_a_line_is_not_reversed(self, both):
        level = both.mug.levels.get(location__code="PORT-1")

        answer = send(both.browser, f"/movements/{level.movements.get().pk}/reverse")

        assert answer.status_code == 422
        assert "It stands where you may not move stock" in text_of(answer)

    def test_is_offered_in_no_form(self, both):
        page = both.browser.get(f"/items/{both.mug.pk}/ship").content.decode()

        assert "NORTH-1" in page
        assert "PORT-1" not in page


class TestAHoldOfTwoSites:
    def test_tells_the_rest_without_its_place(self, both):
        hold = both.hold(15)

        read = text_of(both.browser.get(hold.get_absolute_url()))

        assert "NORTH 1 5" in read
        assert "5 elsewhere" in read
        assert "SOUTH" not in read

    def test_is_not_released_from_one_of_them(self, both):
        hold = both.hold(15)

        answer = send(both.browser, f"/holds/{hold.pk}/release")

        assert answer.status_code == 422
        assert "where you may not move stock" in text_of(answer)
        hold.refresh_from_db()
        assert hold.status == "active"

    def test_that_was_theirs_to_release_is_shown_afterwards(self, both):
        hold = both.hold(2, "NORTH-1")

        released = both.browser.post(f"/holds/{hold.pk}/release", {"form_key": uuid4()})

        assert both.browser.get(released["Location"]).status_code == 200


class TestARightThatWasTaken:
    def test_is_gone_for_the_form_that_stood_open(self, both):
        form = {"place": "NORTH-1", "quantity": "1", "key": uuid4()}
        assert send(both.browser, f"/items/{both.mug.pk}/receive", **form).status_code == 200
        both.person.grants.exclude(pk=both.ports.pk).delete()

        again = send(both.browser, f"/items/{both.mug.pk}/receive", **form)

        assert again.status_code == 422
        assert "No place has the code “NORTH-1”" in text_of(again)


class TestTheProof:
    def test_names_findings_at_their_places_and_no_sums(self, both):
        operations.check_ledger(full=True)
        found = [
            {"sku": "MUG", "place": place, "why": "x", "ledger": 1, "balance": 2}
            for place in ("NORTH-1", "SOUTH-1")
        ]
        LedgerCheck.objects.update(differences=2, findings=found, ledger_units=4242)

        proof, today = (text_of(both.browser.get(page)) for page in ("/ledger", "/"))

        assert "NORTH 1" in proof
        assert "SOUTH" not in proof
        assert "Ledger differs" in today
        assert "4,242" not in today + proof

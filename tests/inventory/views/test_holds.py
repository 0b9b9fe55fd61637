"""The pages of holds: reserving, what a hold shows, and what is done with it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from inventory import operations
from inventory.models import Allocation, Hold, StockMovement
from tests.factories import make_item, make_place, make_stock, make_user
from tests.inventory.views.acts import browser_of, make_person, send, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug():
    item = make_item(sku="MUG", name="Enamel mug")
    for code, quantity in (("A-01", 3), ("B-01", 4)):
        make_stock(quantity, item=item, place=make_place(code=code))
    return item


@pytest.fixture
def support():
    return browser_of("Support", name="Support 1")


def reserve(client, item, quantity, **fields):
    fields.setdefault("lifetime", "60")
    return send(
        client, reverse("inventory:hold-stock", args=[item.pk]), quantity=quantity, **fields
    )


def held(item, quantity, *, actor=None, **rest):
    return operations.hold_stock(
        lines=[(item.sku, quantity)],
        lifetime=timedelta(minutes=10),
        actor=actor or make_user(name="Warehouse 2"),
        key=uuid4(),
        **rest,
    )


def page_of(client, hold):
    return client.get(hold.get_absolute_url())


def act(client, name, hold, **fields):
    url = reverse(f"inventory:{name}", args=[hold.pk])
    return client.post(url, {"form_key": uuid4(), **fields}, follow=True)


class TestReserving:
    def test_holds_and_says_until_when(self, support, mug):
        answer = reserve(support, mug, 5, contact="Visitor 12", reference="order:7")

        hold = Hold.objects.get()
        assert answer["HX-Redirect"] == mug.get_absolute_url()
        assert (hold.wanted, hold.contact, hold.reference) == (5, "Visitor 12", "order:7")
        assert "5 of MUG are held until" in text_of(support.get(mug.get_absolute_url()))

    def test_of_more_than_is_available_is_refused_with_what_is(self, support, mug):
        held(mug, 5)

        answer = reserve(support, mug, 3)

        assert answer.status_code == 422
        assert "2 available of MUG, not 3." in text_of(answer)
        assert "Reserve 2" in text_of(answer)
        assert Hold.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"quantity": "0"}, "At least 1."),
            ({"quantity": "1.5"}, "A whole number, please"),
            ({"quantity": str(10**18)}, "At most 1,000,000,000"),
            ({"lifetime": "525600"}, "Select a valid choice"),
            ({"lifetime": ""}, "For how long?"),
            ({"contact": "a\0b"}, "Null characters"),
            ({"contact": "x" * 1_000_000}, "at most 200 characters"),
            ({"place": "Z-99"}, "No place has the code"),
        ],
    )
    def test_of_what_cannot_be_read_is_refused(self, support, mug, fields, said):
        answer = reserve(support, mug, fields.pop("quantity", 1), **fields)

        assert answer.status_code == 422
        assert said in text_of(answer)
        assert not Hold.objects.exists()

    def test_twice_with_one_form_holds_once(self, support, mug):
        key = uuid4()

        answers = [reserve(support, mug, 2, key=key) for _ in range(2)]

        assert [answer["HX-Redirect"] for answer in answers] == [mug.get_absolute_url()] * 2
        assert Hold.objects.count() == 1

    def test_from_a_place_that_does_not_sell_is_refused(self, support, mug):
        make_stock(9, item=mug, place=make_place(code="Q-01", sellable=False))

        answer = reserve(support, mug, 1, place="q-01")

        assert "0 of MUG can be taken from Q-01, not 1." in text_of(answer)


class TestItemPage:
    def test_says_who_holds_it_where_and_for_whom(self, support, mug):
        held(mug, 5, contact="Visitor 12")

        told = text_of(support.get(mug.get_absolute_url()))

        assert "Who holds it 5" in told
        assert "for Visitor 12" in told
        assert "by Warehouse 2" in told
        assert "Why is it 2" in told

    def test_tells_what_is_promised_to_an_order(self, support, mug):
        hold = held(mug, 5)
        operations.confirm_hold(hold=hold.pk, reference="order:7", actor=make_user())

        assert "Promised to 5" in text_of(support.get(mug.get_absolute_url()))

    def test_tells_a_line_that_the_clock_booked(self, support, mug):
        operations.hold_stock(
            lines=[("MUG", 1)], lifetime=timedelta(0), actor=make_user(), key=uuid4()
        )
        operations.expire_holds()

        told = text_of(support.get(mug.get_absolute_url()))
        assert "Hold expired" in told
        assert "by itself" in told

    def test_tells_nothing_of_holds_to_who_may_not_see_them(self, mug):
        held(mug, 5, contact="Visitor 12")

        assert "Visitor 12" not in text_of(browser_of("Developer").get(mug.get_absolute_url()))

    def test_asks_for_no_more_than_its_ten_queries(
        self, support, mug, django_assert_max_num_queries
    ):
        for _ in range(3):
            held(mug, 1)
        operations.allocate_stock(sku="MUG", quantity=1, reference="order:7", actor=make_user())
        support.get(mug.get_absolute_url())

        with django_assert_max_num_queries(10):
            support.get(mug.get_absolute_url())


class TestListOfHolds:
    def test_shows_mine_and_what_ends_soon(self, mug):
        mine, theirs = make_person("Support", name="Support 1"), make_person("Warehouse")
        held(mug, 1, actor=mine, contact="Visitor 12")
        operations.hold_stock(
            lines=[("MUG", 1)],
            lifetime=timedelta(days=1),
            actor=theirs,
            key=uuid4(),
            contact="Visitor 13",
        )
        client = browser_of("Support")
        client.force_login(mine)
        url = reverse("inventory:hold-list")

        assert {"Visitor 12", "Visitor 13"} <= set(_visitors(client.get(url)))
        assert _visitors(client.get(url, {"by": "me"})) == ["Visitor 12"]
        soon = client.get(url, {"status": "active", "ending": "soon"})
        assert _visitors(soon) == ["Visitor 12"]

    def test_is_searched_by_sku_and_by_whom(self, support, mug):
        held(mug, 1, contact="Visitor 12")
        held(make_stock(3, item=make_item(sku="TRAY")).item, 1, contact="Visitor 13")
        url = reverse("inventory:hold-list")

        assert _visitors(support.get(url, {"q": "tray"})) == ["Visitor 13"]
        assert _visitors(support.get(url, {"q": "visitor 12"})) == ["Visitor 12"]

    def test_exports_what_it_shows(self, support, mug):
        held(mug, 2, contact="Visitor 12")

        answer = support.get(reverse("inventory:hold-list"), {"format": "csv", "by": "me"})

        assert "Visitor 12" not in b"".join(answer.streaming_content).decode()


def _visitors(answer):
    return [word for word in ("Visitor 12", "Visitor 13") if word in text_of(answer)]


class TestHoldPage:
    def test_shows_what_it_holds_where(self, support, mug):
        told = text_of(page_of(support, held(mug, 5, contact="Visitor 12")))

        assert "for Visitor 12" in told
        assert "A 01 3" in told
        assert "B 01 2" in told

    def test_is_extended(self, support, mug):
        hold = held(mug, 5)

        act(support, "extend-hold", hold, lifetime="1440")

        before = hold.expires_at
        hold.refresh_from_db()
        assert hold.expires_at > before

    def test_holds_less(self, support, mug):
        hold = held(mug, 5)

        act(support, "change-hold", hold, line="1", quantity="1")

        hold.refresh_from_db()
        assert hold.wanted == 1

    @pytest.mark.parametrize("line", ["0", "2", "x", str(10**20)])
    def test_changes_no_line_that_it_does_not_have(self, support, mug, line):
        answer = act(support, "change-hold", held(mug, 5), line=line, quantity="1")

        assert answer.status_code == 422

    def test_refuses_more_than_there_is_and_says_what_is(self, support, mug):
        answer = act(support, "change-hold", held(mug, 5), line="1", quantity="9")

        assert answer.status_code == 422
        assert "2 available of MUG, not 4." in text_of(answer)

    def test_is_released_once_however_often_it_is_pressed(self, support, mug):
        hold = held(mug, 5)

        for _ in range(2):
            answer = act(support, "release-hold", hold)

        assert "Released" in text_of(answer)
        assert StockMovement.objects.filter(kind="release").count() == 2  # a line a place

    def test_is_confirmed_for_an_order(self, support, mug):
        hold = held(mug, 5)

        answer = act(support, "confirm-hold", hold, reference="order:7")

        assert "promised to order:7" in text_of(answer)
        assert sum(one.quantity for one in Allocation.objects.filter(reference="order:7")) == 5

    def test_that_was_released_is_not_confirmed(self, support, mug):
        hold = held(mug, 5)
        operations.release_hold(hold=hold.pk, actor=make_user())

        answer = act(support, "confirm-hold", hold)

        assert answer.status_code == 422
        assert "It was released already." in text_of(answer)

    def test_is_not_there_for_an_unknown_number(self, support):
        assert support.get(reverse("inventory:hold-detail", args=[10**17])).status_code == 404


class TestPromises:
    @pytest.fixture
    def promise(self, mug):
        [made] = operations.allocate_stock(
            sku="MUG", quantity=4, reference="order:7", actor=make_user()
        )
        return made

    def test_are_shipped_from(self, mug, promise):
        warehouse = browser_of("Warehouse")
        url = reverse("inventory:ship-stock", args=[mug.pk])
        form = warehouse.get(url, {"allocation": promise.pk})
        assert 'value="order:7"' in form.text

        send(
            warehouse,
            url,
            allocation=promise.pk,
            place="B-01",
            quantity="3",
            reference="order:7",
        )

        promise.refresh_from_db()
        assert promise.quantity == 1

    def test_are_not_shipped_beyond_what_is_promised(self, mug, promise):
        answer = send(
            browser_of("Warehouse"),
            reverse("inventory:ship-stock", args=[mug.pk]),
            allocation=promise.pk,
            place="B-01",
            quantity="5",
        )

        assert "4 are promised to order:7, not 5." in text_of(answer)

    def test_are_given_back(self, mug, promise):
        url = reverse("inventory:deallocate-stock", args=[promise.pk])

        answer = send(browser_of("Warehouse"), url, quantity="4")

        assert answer["HX-Redirect"] == mug.get_absolute_url()
        assert not Allocation.objects.exists()

    @pytest.mark.parametrize("number", ["abc", "9" * 30, "-1", "0"])
    def test_that_are_unknown_are_not_shipped(self, mug, number):
        url = reverse("inventory:ship-stock", args=[mug.pk])
        client = browser_of("Warehouse")

        assert client.get(url, {"allocation": number}).status_code in {200, 404}
        answer = send(client, url, allocation=number, place="A-01", quantity="1")
        assert answer.status_code in {404, 422}

"""Moving all that stands at a place: whom it breaks is said before, what stayed is named after."""

from uuid import uuid4

import pytest
from django.urls import reverse

from inventory import operations
from inventory.models import Hold, HoldLine, StockLevel, StockMovement
from tests.factories import grant, make_item, make_place, make_stock, make_user
from tests.inventory.test_holds import hold, let_end
from tests.inventory.views.acts import PART, make_person, offered, send, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    """Five mugs and two trays at A-01; B-01 sells, Q-01 does not, ZONE only groups."""
    make_place(code="B-01")
    make_place(code="Q-01", sellable=False)
    make_place(code="ZONE", structural=True)
    shelf = make_stock(5, item=make_item(sku="MUG"), place=make_place(code="A-01"))
    make_stock(2, item=make_item(sku="TRAY"), place=shelf.location)
    return shelf


@pytest.fixture
def support():
    return make_user(name="Support 1")


def url_of(shelf):
    return reverse("inventory:move-everything", args=[shelf.location_id])


def standing():
    levels = StockLevel.objects.filter(on_hand__gt=0).select_related("location", "item")
    return {f"{level.item.sku} {level.location.code}": level.on_hand for level in levels}


UNMOVED = {"MUG A-01": 5, "TRAY A-01": 2}


def test_says_beforehand_how_much_stands_there(warehouse, shelf, support):
    hold(2, actor=support)

    said = text_of(warehouse.get(url_of(shelf), headers=PART))

    assert "Move 2 items" in said
    assert "7 pieces of 2 items stand here" in said
    assert "1 promise on it goes along, where goods are sold" in said


def test_brings_all_of_it_there(warehouse, shelf, support):
    made = hold(2, actor=support)

    answer = send(warehouse, url_of(shelf), to_place="b-01")

    assert answer["HX-Redirect"] == shelf.location.get_absolute_url()
    assert standing() == {"MUG B-01": 5, "TRAY B-01": 2}
    assert HoldLine.objects.get(hold=made).level.location.code == "B-01"
    assert "Moved 2 items to B-01. Nothing is left here." in text_of(
        warehouse.get(answer["HX-Redirect"])
    )


@pytest.mark.parametrize(
    ("to_place", "said"),
    [
        ("", "Which place?"),
        ("a-01", "It stands at A-01 already."),
        ("ZONE", "it only groups other places"),
        ("NOWHERE", "No place has the code"),
    ],
)
def test_refuses_what_cannot_be(warehouse, shelf, to_place, said):
    answer = send(warehouse, url_of(shelf), to_place=to_place)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert standing() == UNMOVED


def test_to_where_nothing_is_sold_says_whom_it_breaks_and_moves_nothing(warehouse, shelf, support):
    made = hold(4, actor=support, contact="Visitor 12")
    operations.allocate_stock(
        sku="TRAY", quantity=1, reference="order:7", actor=support, place="A-01"
    )

    warned = send(warehouse, url_of(shelf), to_place="Q-01")

    assert warned.status_code == 422
    assert "2 promises would be broken" in text_of(warned)
    assert f"Hold {made.pk} for Visitor 12, made by Support 1, loses 4 of MUG" in text_of(warned)
    assert "order:7 loses 1 of TRAY" in text_of(warned)
    assert standing() == UNMOVED


def test_breaks_those_that_were_shown_once_they_are_accepted(warehouse, shelf, support):
    made = hold(4, actor=support)
    warned = send(warehouse, url_of(shelf), to_place="Q-01")

    answer = send(warehouse, url_of(shelf), to_place="Q-01", accepts=offered(warned, "accepts"))

    assert "HX-Redirect" in answer
    assert standing() == {"MUG Q-01": 5, "TRAY Q-01": 2}
    assert Hold.objects.get(pk=made.pk).status == "broken"


def test_warns_anew_when_others_promised_more_meanwhile(warehouse, shelf, support):
    hold(4, actor=support)
    warned = send(warehouse, url_of(shelf), to_place="Q-01")
    late = hold(1, actor=support, contact="Visitor 13")

    again = send(warehouse, url_of(shelf), to_place="Q-01", accepts=offered(warned, "accepts"))

    assert again.status_code == 422
    assert f"Hold {late.pk} for Visitor 13" in text_of(again)
    assert "2 promises would be broken" in text_of(again)
    assert standing() == UNMOVED


def test_a_hold_whose_time_is_over_is_asked_nobody_about(warehouse, shelf, support):
    let_end(hold(4, actor=support))

    answer = send(warehouse, url_of(shelf), to_place="Q-01")

    assert "HX-Redirect" in answer
    assert standing() == {"MUG Q-01": 5, "TRAY Q-01": 2}


def test_names_what_could_not_go(warehouse, shelf):
    stamp = make_item(sku="STAMP")
    for _ in range(2):
        make_stock(10**9, item=stamp, place=shelf.location)  # more than one line may take

    answer = send(warehouse, url_of(shelf), to_place="B-01")

    assert answer.status_code == 422
    assert "2 items went to B-01, 1 still stands here" in text_of(answer)
    assert "2,000,000,000 of STAMP : Between 1 and 1,000,000,000 base units" in text_of(answer)
    assert "Move the rest: 1 item" in text_of(answer)
    assert standing() == {"MUG B-01": 5, "TRAY B-01": 2, "STAMP A-01": 2 * 10**9}


def test_sent_twice_it_moves_once(warehouse, shelf):
    key = uuid4()

    for _ in range(2):
        assert "HX-Redirect" in send(warehouse, url_of(shelf), key=key, to_place="B-01")

    assert StockMovement.objects.filter(kind="move").count() == 4  # two items, both places
    assert standing() == {"MUG B-01": 5, "TRAY B-01": 2}


def test_keeps_lots_apart(warehouse, shelf):
    jam = make_item(sku="JAM", tracking="lot")
    for code, quantity in (("ONE", 3), ("TWO", 4)):
        operations.receive_stock(
            sku="JAM", place="A-01", lot=code, quantity=quantity, actor=make_user()
        )

    send(warehouse, url_of(shelf), to_place="B-01")

    levels = StockLevel.objects.filter(item=jam, location__code="B-01").order_by("lot__code")
    assert list(levels.values_list("lot__code", "on_hand")) == [("ONE", 3), ("TWO", 4)]
    assert "JAM A-01" not in standing()


def test_an_empty_place_has_nothing_to_move(warehouse, shelf):
    empty = make_place(code="C-01")

    said = text_of(warehouse.get(reverse("inventory:move-everything", args=[empty.pk])))

    assert "Nothing stands here" in said


def test_whoever_may_only_look_is_told_so(client, shelf):
    person = make_person("Warehouse")
    grant(person, shelf.location, may_move=False)
    client.force_login(person)

    for answer in (client.get(url_of(shelf)), send(client, url_of(shelf), to_place="B-01")):
        assert answer.status_code == 403
        assert "You may look at A-01, but not move what stands there." in text_of(answer)
    assert standing() == UNMOVED


def test_the_target_is_one_that_they_may_move(client, shelf):
    person = make_person("Warehouse")
    grant(person, shelf.location)
    client.force_login(person)

    answer = send(client, url_of(shelf), to_place="B-01")

    assert answer.status_code == 422
    assert "No place has the code" in text_of(answer)
    assert standing() == UNMOVED

"""The same page in several hands: real connections, rows that everybody sees."""

from uuid import uuid4

import pytest
from django.urls import reverse

from inventory.models import StockMovement
from tests.acts import all_at_once, at_once
from tests.factories import make_stock
from tests.inventory.views.acts import PART, browser_of, hidden, send

pytestmark = pytest.mark.usefixtures("committed")


def url_of(act, shelf):
    return reverse(f"inventory:{act}", args=[shelf.item_id])


def test_the_same_form_sent_twice_at_once_books_once():
    shelf, client, key = make_stock(20), browser_of("Warehouse"), uuid4()
    cookies = client.cookies

    def press():
        again = type(client)()
        again.cookies = cookies
        return send(
            again,
            url_of("ship-stock", shelf),
            key=key,
            place=shelf.location.code,
            quantity="5",
        )

    answers = at_once(6, press)

    shelf.refresh_from_db()
    assert {answer["HX-Redirect"] for answer in answers} == {shelf.item.get_absolute_url()}
    assert shelf.on_hand == 15
    assert shelf.movements.filter(kind="ship").count() == 1


def test_two_people_who_adjust_at_once_are_both_in_the_ledger():
    shelf = make_stock(44)
    one, other = browser_of("Warehouse", name="One"), browser_of("Warehouse", name="Other")

    def adjust(client, by):
        asked = {"place": shelf.location.code, "delta": by, "reason": "miscounted"}
        return lambda: send(client, url_of("adjust-stock", shelf), **asked)

    answers = all_at_once([adjust(one, "-1"), adjust(other, "3")])

    shelf.refresh_from_db()
    lines = shelf.movements.filter(kind="adjust")
    assert [answer.status_code for answer in answers] == [200, 200]
    assert shelf.on_hand == 46
    assert set(lines.values_list("actor__name", "on_hand_delta")) == {("One", -1), ("Other", 3)}


def test_of_two_who_counted_at_once_one_is_told_of_the_other():
    shelf = make_stock(44)
    url = url_of("count-stock", shelf)

    def counted(client, number):
        form = client.get(url, {"at": shelf.location.code}, headers=PART)
        names = ["place", "seen_on_hand", "seen_version"]
        asked = {name: hidden(form, name) for name in names}
        return lambda: send(client, url, counted=number, reason="miscounted", **asked)

    answers = all_at_once(
        [counted(browser_of("Warehouse"), "43"), counted(browser_of("Warehouse"), "41")]
    )

    shelf.refresh_from_db()
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert shelf.on_hand in (43, 41)
    assert shelf.movements.count() == 2


def test_the_last_units_are_shipped_once():
    shelf = make_stock(5)
    clients = [browser_of("Warehouse") for _ in range(4)]

    def ship(client):
        asked = {"place": shelf.location.code, "quantity": "5"}
        return lambda: send(client, url_of("ship-stock", shelf), **asked)

    answers = all_at_once([ship(client) for client in clients])

    shelf.refresh_from_db()
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    assert shelf.on_hand == 0


def test_of_two_who_reverse_at_once_one_is_refused():
    shelf = make_stock(5)
    line = shelf.movements.get()
    clients = [browser_of("Warehouse"), browser_of("Warehouse")]

    def undo(client):
        url = reverse("inventory:reverse-movement", args=[line.pk])
        return lambda: send(client, url)

    answers = all_at_once([undo(client) for client in clients])

    assert sorted(answer.status_code for answer in answers) == [200, 422]
    assert StockMovement.objects.filter(reversal_of=line).count() == 1

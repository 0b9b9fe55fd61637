"""The same page in several hands: real connections, rows that everybody sees."""

from contextlib import closing
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from inventory.models import StockLevel, StockMovement
from tests.acts import all_at_once, at_once
from tests.factories import make_place, make_stock
from tests.inventory.views.acts import PART, browser_of, hidden, send, text_of

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


def test_what_others_hold_fast_stays_named_and_goes_when_pressed_again(monkeypatch):
    monkeypatch.setattr("inventory.operations.moves.A_CHUNK", 1)
    shelf, target = make_stock(5), make_place()
    busy = make_stock(3, place=shelf.location)
    url = reverse("inventory:move-everything", args=[shelf.location_id])
    client, key = browser_of("Warehouse"), uuid4()
    other = connections.create_connection("default")

    with connection.cursor() as cursor, closing(other), other.cursor() as booking:
        cursor.execute("SET lock_timeout = '100ms'")
        booking.execute("BEGIN")
        booking.execute("SELECT FROM inventory_stocklevel WHERE id = %s FOR UPDATE", [busy.pk])
        first = send(client, url, key=key, to_place=target.code)
        booking.execute("ROLLBACK")
        again = send(client, url, key=key, to_place=target.code)
        cursor.execute("RESET lock_timeout")

    assert f"1 item went to {target}, 1 still stands here" in text_of(first)
    assert f"3 of {busy.item.sku} : Others are booking there just now" in text_of(first)
    assert "HX-Redirect" in again
    moved = StockLevel.objects.filter(location=target).order_by("on_hand")
    assert list(moved.values_list("on_hand", flat=True)) == [3, 5]


def test_a_sheet_sent_twice_at_once_books_each_row_once():
    shelf = make_stock(20)
    beside = make_stock(7, place=shelf.location)
    url = reverse("inventory:count-place", args=[shelf.location_id])
    key, cookies = uuid4(), browser_of("Warehouse").cookies
    form = {f"seen-{one.item_id}-0": f"1/{one.on_hand}" for one in (shelf, beside)}
    form |= {f"counted-{shelf.item_id}-0": "18", f"counted-{beside.item_id}-0": "9"}

    def press():
        again = Client()
        again.cookies = cookies
        return send(again, url, key=key, **form)

    answers = at_once(4, press)

    lines = StockMovement.objects.filter(level__location=shelf.location, kind="count")
    assert {answer.status_code for answer in answers} == {200}
    assert {"2 booked: 2 differ, 0 in all" in text_of(answer) for answer in answers} == {True}
    assert sorted(lines.values_list("on_hand_delta", flat=True)) == [-2, 2]

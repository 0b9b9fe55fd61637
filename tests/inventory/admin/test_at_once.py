"""Two people in the admin at the same moment."""

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import Category
from tests.acts import all_at_once
from tests.factories import make_place, make_site, make_user

pytestmark = pytest.mark.usefixtures("committed")

ROUNDS = 8


def staff_browser():
    client = Client()
    client.force_login(make_user(name="Admin", superuser=True))
    return client


def hung(thing, under, **fields):
    """Somebody saves `thing` under another one; the answer."""
    client = staff_browser()
    client.raise_request_exception = False
    url = reverse(f"admin:inventory_{type(thing)._meta.model_name}_change", args=[thing.pk])

    def save():
        return client.post(url, {"parent": under.pk, **fields}).status_code

    return save


def place_fields(place):
    return {"code": place.code, "kind": "zone", "sellable": "on", "priority": 50}


def test_two_places_hung_into_each_other_close_no_ring():
    answers = []
    for _ in range(ROUNDS):
        site = make_site()
        one, two = (make_place(parent=site, kind="zone") for _ in range(2))
        answers += all_at_once(
            [hung(one, two, **place_fields(one)), hung(two, one, **place_fields(two))]
        )
        one.refresh_from_db()
        two.refresh_from_db()
        assert {one.parent, two.parent} != {one, two}

    assert set(answers) == {200, 302}, answers  # the form came back to who was second


def test_two_categories_hung_into_each_other_close_no_ring():
    answers = []
    for number in range(ROUNDS):
        one, two = (
            Category.objects.create(name=f"{name} {number}") for name in ("Home", "Kitchen")
        )
        answers += all_at_once([hung(one, two, name=one.name), hung(two, one, name=two.name)])
        one.refresh_from_db()
        two.refresh_from_db()
        assert {one.parent, two.parent} != {one, two}

    assert set(answers) == {200, 302}, answers

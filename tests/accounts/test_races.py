"""What two do at the same moment, on connections of their own."""

from functools import partial
from threading import Event

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts import operations
from accounts.invitations import InvitationEnded, opened, token_of
from accounts.models import User
from jobs.models import OutboxEvent
from tests.accounts.acts import OTHER, sign_in
from tests.acts import all_at_once, at_once
from tests.eventually import eventually
from tests.factories import make_user


def test_of_two_who_accept_an_invitation_one_has_chosen(committed):
    token = token_of(make_user())

    outcomes = at_once(2, partial(operations.accept_invitation, token=token, password=OTHER))

    assert len([each for each in outcomes if isinstance(each, User)]) == 1
    assert len([each for each in outcomes if isinstance(each, InvitationEnded)]) == 1
    with pytest.raises(InvitationEnded):
        opened(token)


def test_the_last_two_cannot_take_all_rights_from_each_other(committed):
    first, second = make_user(superuser=True), make_user(superuser=True)
    take = partial(operations.set_roles, roles=(), staff=True, superuser=False)
    taken, tried = Event(), Event()

    def one():
        with transaction.atomic():
            take(person=first.pk, actor=second)
            taken.set()
            eventually(lambda: tried.is_set() or somebody_waits_for_us())

    def other():
        taken.wait(60)
        try:
            return take(person=second.pk, actor=first)
        finally:
            tried.set()

    outcomes = all_at_once([one, other])

    assert User.objects.filter(is_superuser=True).count() == 1
    assert [type(outcome) for outcome in outcomes] == [type(None), operations.LastAdmin]


def somebody_waits_for_us():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return cursor.fetchone()


@pytest.mark.parametrize(
    ("table", "typed"),
    [
        ("accounts_user", {"email": "twice@backroom.example", "name": "Twice"}),
        ("accounts_role", {"name": "Twice"}),
        ("inventory_unit", {"code": "twice", "label": "twice"}),
        ("inventory_category", {"name": "Twice"}),
    ],
)
def test_of_those_who_add_the_same_at_once_one_has(committed, settings, table, typed):
    settings.MAILERS = {"default": {"BACKEND": "jobs.mail.OutboxBackend"}}
    people = [make_user(superuser=True) for _ in range(4)]
    browsers = [Client(raise_request_exception=False) for _ in people]
    for browser, person in zip(browsers, people, strict=True):
        browser.force_login(person)
    url, mails = reverse(f"admin:{table}_add"), OutboxEvent.objects.count()

    answers = all_at_once([partial(browser.post, url, typed) for browser in browsers])

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 302]
    for answer in answers:
        if answer.status_code == 200:
            assert answer.context["errors"]
            assert all(f'value="{value}"' in answer.text for value in typed.values())
    assert OutboxEvent.objects.count() - mails == (table == "accounts_user")


def test_guesses_are_counted_one_by_one(committed, new_address, hashes):
    """A counter that is read, then written, would let all of them through."""
    guesses = [
        partial(sign_in, Client(REMOTE_ADDR=new_address()), "many@guesses.example", "guess guess")
        for _ in range(12)
    ]

    answers = all_at_once(guesses)

    assert sorted(answer.status_code for answer in answers) == [422] * 5 + [429] * 7
    assert len(hashes) == 5

from threading import Event
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from jobs import idempotency
from jobs.models import IdempotencyKey
from tests.acts import all_at_once, at_once
from tests.eventually import eventually

ASKED = idempotency.fingerprint({"sku": "4711", "delta": -1})


def claim(key, *, principal="user:1", asked=ASKED):
    return idempotency.claim(principal=principal, key=key, request_hash=asked)


@transaction.atomic
def write_once(key):
    """An operation: it answers with what it made, or with what was made before."""
    claimed = claim(key)
    if not claimed.first:
        return claimed.earlier
    made = {"made": str(uuid4())}
    claimed.answer(made)
    return made


def waits_for_another():
    """Whether a session of this database waits for a transaction of another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND wait_event = 'transactionid'"
        )
        return cursor.fetchone()[0] > 0


@pytest.mark.django_db
class TestClaim:
    def test_gives_the_first_caller_the_work_and_others_the_answer(self):
        key = uuid4()

        first, second = write_once(key), write_once(key)

        assert first == second
        assert IdempotencyKey.objects.count() == 1

    def test_refuses_a_key_that_was_used_for_something_else(self):
        key = uuid4()
        write_once(key)

        with pytest.raises(idempotency.KeyReused):
            claim(key, asked=idempotency.fingerprint({"sku": "4711", "delta": -2}))

    def test_tells_one_principal_from_another(self):
        key = uuid4()
        claim(key)

        assert claim(key, principal="user:2").first

    def test_refuses_a_hash_that_is_none(self):
        with pytest.raises(DatabaseError), transaction.atomic():
            claim(uuid4(), asked=b"short")

    def test_refuses_a_caller_without_a_name(self):
        with pytest.raises(DatabaseError), transaction.atomic():
            claim(uuid4(), principal="")


def test_fingerprints_are_equal_whatever_the_order():
    assert idempotency.fingerprint({"a": 1, "b": 2}) == idempotency.fingerprint({"b": 2, "a": 1})
    assert idempotency.fingerprint({"a": 1}) != idempotency.fingerprint({"a": "1"})


class TestAtOnce:
    def test_a_claim_refuses_to_stand_outside_a_transaction(self, committed):
        with pytest.raises(idempotency.OutsideTransaction):
            claim(uuid4())

    def test_twenty_callers_get_one_answer(self, committed):
        key = uuid4()

        answers = at_once(20, lambda: write_once(key))

        assert len({answer["made"] for answer in answers}) == 1

    def test_the_second_waits_and_repeats_the_first(self, committed):
        key, claimed, go_on = uuid4(), Event(), Event()

        @transaction.atomic
        def first():
            mine = claim(key)
            claimed.set()
            assert go_on.wait(30)
            mine.answer({"made": "by the first"})
            return mine.first

        def second():
            assert claimed.wait(30)
            return write_once(key)

        def referee():
            eventually(waits_for_another)
            go_on.set()

        assert all_at_once([first, second, referee])[:2] == [True, {"made": "by the first"}]

    def test_the_second_goes_on_when_the_first_rolls_back(self, committed):
        key, claimed, go_on = uuid4(), Event(), Event()

        @transaction.atomic
        def first():
            claim(key).answer({"made": "never"})
            claimed.set()
            assert go_on.wait(30)
            raise ValueError("rolled back")

        @transaction.atomic
        def second():
            assert claimed.wait(30)
            return claim(key).first

        def referee():
            eventually(waits_for_another)
            go_on.set()

        _, went_on, _ = all_at_once([first, second, referee])
        assert went_on is True

    def test_the_second_is_told_when_the_first_takes_too_long(self, committed):
        key, claimed, go_on = uuid4(), Event(), Event()

        @transaction.atomic
        def first():
            claim(key)
            claimed.set()
            assert go_on.wait(30)

        def second():
            assert claimed.wait(30)
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '100ms'")
                    claim(key)
            finally:
                go_on.set()

        _, told = all_at_once([first, second])
        assert isinstance(told, idempotency.KeyBusy)

    def test_what_else_the_first_wrote_is_seen_by_the_second(self, committed):
        key, other = uuid4(), uuid4()

        @transaction.atomic
        def write():
            mine = claim(key)
            if mine.first:
                claim(other)
            return IdempotencyKey.objects.filter(key=other).count()

        assert at_once(10, write) == [1] * 10

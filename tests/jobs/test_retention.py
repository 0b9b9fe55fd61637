from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from jobs import operations
from jobs.models import Effect, IdempotencyKey, OutboxEvent

pytestmark = pytest.mark.django_db


def make_event(*, days=15, seen=True, **effect):
    event = OutboxEvent.objects.create(topic="test.old", payload={}, spread_at=Now())
    old = Now() - timedelta(days=days)
    OutboxEvent.objects.filter(pk=event.pk).update(
        created_at=old, **({} if seen else {"spread_at": None})
    )
    Effect.objects.create(event=event, subscriber="done", attempts=1, done_at=Now())
    if effect:
        Effect.objects.create(event=event, subscriber="other", **effect)
    return event


class TestPruneOutbox:
    def test_deletes_what_was_done_long_ago(self):
        make_event()

        assert operations.prune_outbox() == 1
        assert not Effect.objects.exists()

    @pytest.mark.parametrize(
        "fields",
        [
            {"days": 13},
            {"seen": False},
            {"due_at": Now()},
            {"attempts": 5, "parked_at": Now(), "last_error": "why"},
        ],
        ids=["young", "unseen", "waiting", "parked"],
    )
    def test_keeps_what_is(self, fields):
        make_event(**fields)

        assert operations.prune_outbox() == 0
        assert OutboxEvent.objects.count() == 1

    def test_goes_through_more_than_one_chunk(self, monkeypatch):
        monkeypatch.setattr("jobs.operations.retention._AT_ONCE", 2)
        for _ in range(5):
            make_event()

        assert operations.prune_outbox() == 5


class TestPruneKeys:
    def make_key(self, *, hours):
        key = IdempotencyKey.objects.create(principal="user:1", key=uuid4(), request_hash=bytes(32))
        IdempotencyKey.objects.filter(pk=key.pk).update(created_at=Now() - timedelta(hours=hours))

    def test_deletes_keys_of_two_days_ago_and_keeps_younger(self):
        self.make_key(hours=49)
        self.make_key(hours=47)

        assert operations.prune_keys() == 1
        assert IdempotencyKey.objects.count() == 1

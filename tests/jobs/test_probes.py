from datetime import timedelta

import pytest
from django.db.models.functions import Now

from jobs import probes
from jobs.models import Effect, OutboxEvent


def make_event(*, seen, minutes):
    event = OutboxEvent.objects.create(topic="test.unheard", payload={})
    then = Now() - timedelta(minutes=minutes)
    OutboxEvent.objects.filter(pk=event.pk).update(
        created_at=then, spread_at=Now() if seen else None
    )
    return event


@pytest.mark.django_db
class TestLag:
    def test_is_ok_when_nothing_waits(self):
        assert probes.lag().word == "ok"

    def test_is_late_when_no_relay_has_seen_an_event(self):
        make_event(seen=False, minutes=2)

        word = probes.lag()
        assert (word.word, word.ok) == ("late", False)
        assert "120 s" in word.detail

    def test_is_late_when_an_effect_was_due_long_ago(self):
        event = make_event(seen=True, minutes=10)
        Effect.objects.create(event=event, subscriber="x", due_at=Now() - timedelta(minutes=3))

        assert "180 s" in probes.lag().detail

    def test_does_not_count_what_pauses_or_is_parked(self):
        event = make_event(seen=True, minutes=10)
        Effect.objects.create(event=event, subscriber="x", due_at=Now() + timedelta(minutes=3))
        Effect.objects.create(
            event=event,
            subscriber="y",
            attempts=5,
            due_at=Now() - timedelta(minutes=3),
            parked_at=Now(),
            last_error="why",
        )

        assert probes.lag().word == "ok"


class TestBroker:
    @pytest.fixture(autouse=True)
    def ours(self, broker, settings):
        settings.REDIS_URL = broker.url

    def test_is_ok_when_it_answers(self):
        assert probes.broker().word == "ok"

    @pytest.mark.parametrize("trouble", ["kill", "freeze"])
    def test_is_away_when_it_does_not(self, broker, trouble):
        getattr(broker, trouble)()

        word = probes.broker()
        assert (word.word, word.ok) == ("away", False)

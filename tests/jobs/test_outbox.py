from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from jobs import operations, outbox, relay
from jobs.models import Effect, IdempotencyKey, OutboxEvent
from tests.acts import at_once
from tests.eventually import eventually
from tests.factories import make_user
from tests.jobs.reactions import GATE


def happen(topic="test.happened", **payload):
    with transaction.atomic():
        outbox.add(topic, {"run": "run", "n": 1, **payload})


def effect_of(name):
    return Effect.objects.get(subscriber=f"tests.jobs.reactions.{name}")


def run_relay():
    return relay.run(budget=10)


def make_due():
    """Let the pauses between tries have passed."""
    Effect.objects.update(due_at=Now() - timedelta(seconds=1))


def try_to_the_end():
    run_relay()
    for _ in range(relay.TRIES):
        make_due()
        run_relay()


def rows(run="run"):
    return IdempotencyKey.objects.filter(principal__startswith=f"{run}:").count()


@pytest.fixture
def told(tmp_path):
    """The file that subscribers of these tests write lines to."""
    file = tmp_path / "told"
    file.touch()
    return file


@pytest.mark.django_db
class TestAdd:
    def test_writes_one_row(self):
        happen(n=7)

        event = OutboxEvent.objects.get()
        assert (event.topic, event.payload["n"]) == ("test.happened", 7)

    def test_leaves_nothing_of_a_transaction_that_rolled_back(self):
        with transaction.atomic():
            outbox.add("test.happened", {})
            transaction.set_rollback(True)

        assert not OutboxEvent.objects.exists()

    @pytest.mark.parametrize("topic", ["", "Stock changed", "stock.", "x" * 101])
    def test_refuses_a_topic_that_is_none(self, topic):
        with pytest.raises(DatabaseError), transaction.atomic():
            outbox.add(topic, {})

    def test_refuses_a_payload_that_is_no_object(self):
        with pytest.raises(DatabaseError), transaction.atomic():
            outbox.add("test.happened", [1])


def test_add_refuses_to_stand_outside_a_transaction(committed):
    with pytest.raises(outbox.OutsideTransaction):
        outbox.add("test.happened", {})

    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
class TestRelay:
    def test_calls_every_subscriber_once(self, told):
        happen(file=str(told))

        run_relay()
        make_due()
        run_relay()

        assert rows() == 1
        assert told.read_text() == "1\n"

    def test_keeps_the_order_of_events(self, told):
        for n in range(5):
            happen(file=str(told), n=n)

        run_relay()

        assert told.read_text().split() == ["0", "1", "2", "3", "4"]

    def test_is_done_with_an_event_that_nobody_reacts_to(self):
        happen("test.unheard")

        assert run_relay() == 0
        assert OutboxEvent.objects.get().spread_at is not None

    def test_keeps_apart_who_failed_and_who_succeeded(self, told):
        happen("test.broken", file=str(told))

        try_to_the_end()

        assert told.read_text() == "1\n"
        assert effect_of("work_beside").done_at is not None
        assert effect_of("break_down").done_at is None

    def test_leaves_nothing_of_a_subscriber_that_failed(self):
        happen("test.half")

        run_relay()

        assert rows() == 0
        assert effect_of("write_then_fail").last_error == "Broken: Too late."

    def test_pauses_after_a_failure(self, told):
        happen("test.broken", file=str(told))

        run_relay()
        run_relay()

        assert effect_of("break_down").attempts == 1

    def test_parks_after_five_failures_and_says_why(self, told):
        happen("test.broken", file=str(told))

        try_to_the_end()

        effect = effect_of("break_down")
        assert effect.attempts == 5
        assert effect.parked_at is not None
        assert effect.last_error == "Broken: The other side said no."

    def test_parks_what_has_lost_its_subscriber(self):
        happen("test.unheard")
        Effect.objects.create(event=OutboxEvent.objects.get(), subscriber="jobs.subscribers.gone")

        try_to_the_end()

        assert "reacts to events any more" in Effect.objects.parked().get().last_error

    def test_cannot_park_without_a_reason(self, told):
        happen("test.broken", file=str(told))
        run_relay()

        with pytest.raises(DatabaseError), transaction.atomic():
            Effect.objects.filter(done_at=None).update(parked_at=Now(), last_error="")

    def test_parks_an_effect_whose_tries_never_came_back(self, told):
        happen("test.broken", file=str(told))
        run_relay()
        Effect.objects.filter(done_at=None).update(attempts=5, last_error="")
        make_due()

        run_relay()

        effect = effect_of("break_down")
        assert effect.parked_at is not None
        assert "ended while this was being done" in effect.last_error

    def test_forgets_the_payload_of_a_secret_once_it_is_done(self, told):
        happen("test.secret", file=str(told))

        run_relay()

        assert told.read_text() == "1\n"
        assert OutboxEvent.objects.get().payload == {}


@pytest.mark.django_db
class TestTryAgain:
    def park(self, told):
        happen("test.broken", file=str(told))
        try_to_the_end()
        return effect_of("break_down")

    def test_gives_a_parked_effect_five_tries_anew(self, told):
        effect = self.park(told)

        tried = operations.try_again(effect=effect.pk, actor=make_user())

        effect.refresh_from_db()
        assert tried
        assert (effect.attempts, effect.parked_at) == (0, None)

    def test_does_nothing_the_second_time(self, told):
        effect, actor = self.park(told), make_user()
        operations.try_again(effect=effect.pk, actor=actor)

        assert not operations.try_again(effect=effect.pk, actor=actor)

    def test_leaves_alone_what_is_done(self, told):
        self.park(told)

        assert operations.try_all_again(actor=make_user()) == 1
        assert effect_of("work_beside").done_at is not None


def test_relays_at_once_do_everything_once(committed, told):
    for n in range(60):
        happen(file=str(told), n=n, run="at-once")

    tried = at_once(4, run_relay)

    assert sum(tried) == 120
    assert rows("at-once") == 60
    assert sorted(map(int, told.read_text().split())) == list(range(60))


def test_a_relay_leaves_alone_what_another_is_at(committed, told, monkeypatch):
    # The first is at it for longer than the pause, which is none.
    monkeypatch.setattr(relay, "PAUSES", (timedelta(0),) * relay.TRIES)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])
        happen(file=str(told), gated=True, run="long")

        def second():
            eventually(told.read_text)
            tried = run_relay()
            cursor.execute("SELECT pg_advisory_unlock(%s)", [GATE])
            return tried

        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(in_a_thread, run_relay)
            assert second() == 1  # the other subscriber
            assert first.result(timeout=30) == 1
    assert told.read_text() == "1\n"


def in_a_thread(act):
    try:
        return act()
    finally:
        connection.close()

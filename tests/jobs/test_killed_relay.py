"""A relay that dies in the middle: what was committed stays, the rest is done by the next."""

from collections import Counter

from django.db import transaction
from django.db.models.functions import Now

from jobs import outbox, relay
from jobs.models import Effect, IdempotencyKey, OutboxEvent
from jobs.schedule import run_relay
from tests.eventually import eventually

EVENTS, MIDDLE = 100, 50


def happen(topic="test.happened", **payload):
    with transaction.atomic():
        outbox.add(topic, payload)


def lines(file):
    return Counter(file.read_text().split()) if file.exists() else Counter()


def test_every_effect_happens_though_the_relay_was_killed(celery, gate, tmp_path):
    told = tmp_path / "told"
    with transaction.atomic():
        for n in range(EVENTS):
            outbox.add(
                "test.happened",
                {"run": "killed", "n": n, "file": str(told), "gated": n == MIDDLE},
            )
    first = celery.worker(children=1)
    celery.beat()
    eventually(lambda: lines(told)[str(MIDDLE)])

    celery.kill(first)
    in_the_middle = Effect.objects.filter(done_at=None).count()
    gate()
    celery.worker()

    eventually(lambda: not Effect.objects.filter(done_at=None).exists(), seconds=90)
    assert 0 < in_the_middle < 2 * EVENTS
    # Beyond the database the one in the middle happened twice, all others once.
    assert lines(told) == {str(n): 2 if n == MIDDLE else 1 for n in range(EVENTS)}
    # In the database each happened once: its row is committed together with the effect.
    written = IdempotencyKey.objects.filter(principal__startswith="killed:")
    assert Counter(written.values_list("principal", flat=True)) == {
        f"killed:{n}": 1 for n in range(EVENTS)
    }


def test_what_kills_its_process_is_parked_and_holds_up_no_other(celery, tmp_path):
    told, beside = tmp_path / "deadly", tmp_path / "told"
    happen("test.deadly", n=0, file=str(told))
    for n in range(10):
        happen(run="beside", n=n, file=str(beside))
    celery.worker()
    celery.beat()

    def parked_in_the_end():
        # The pauses are minutes long; here each has passed as soon as its try has begun.
        begun = lines(told)["0"]
        deadly = Effect.objects.waiting().filter(subscriber__endswith="end_the_process")
        deadly.filter(attempts=begun).exclude(attempts=0).update(due_at=Now())
        return Effect.objects.parked().exists()

    eventually(parked_in_the_end, seconds=120)
    parked = Effect.objects.parked().get()
    assert parked.attempts == relay.TRIES
    assert "ended while this was being done" in parked.last_error
    assert lines(told) == {"0": relay.TRIES}
    eventually(lambda: not Effect.objects.waiting().exists())
    assert lines(beside) == {str(n): 1 for n in range(10)}


def test_what_takes_too_long_is_a_failure_that_is_noted(celery, gate, tmp_path):
    told = tmp_path / "told"
    # Without a nudge: only the relay below, whose patience is short, may find it.
    event = OutboxEvent.objects.create(
        topic="test.happened", payload={"run": "slow", "n": 0, "file": str(told), "gated": True}
    )
    celery.worker()

    run_relay.apply_async(soft_time_limit=1)

    failed = eventually(lambda: event.effects.exclude(last_error="").first())
    assert "SoftTimeLimitExceeded" in failed.last_error
    assert (failed.attempts, failed.done_at) == (1, None)
    gate()
    event.effects.update(due_at=Now())
    run_relay.apply_async()
    eventually(lambda: not Effect.objects.waiting().exists())
    assert lines(told) == {"0": 2}

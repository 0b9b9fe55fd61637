"""The broker carries hints. Losing it costs latency, never an effect and never an operation."""

from statistics import median
from time import perf_counter

import pytest
from django.db import transaction
from redis import Redis

from jobs import outbox
from jobs.models import Effect, IdempotencyKey, OutboxEvent
from jobs.schedule import run_relay
from tests.eventually import eventually


def happen(n, run, file):
    with transaction.atomic():
        outbox.add("test.happened", {"run": run, "n": n, "file": str(file)})


def milliseconds(act, times=200):
    """How long each call of `act` took; no more of them when they are slow."""
    took = []
    for n in range(times):
        if sum(took) > 10_000:
            break
        start = perf_counter()
        act(n)
        took.append((perf_counter() - start) * 1000)
    return took


def happened(run):
    return IdempotencyKey.objects.filter(principal__startswith=f"{run}:").count()


def all_done():
    return (
        not Effect.objects.filter(done_at=None).exists()
        and not OutboxEvent.objects.filter(spread_at=None).exists()
    )


@pytest.mark.parametrize("trouble", ["kill", "freeze"])
def test_an_operation_is_not_slowed(committed, broker, tmp_path, trouble):
    def operate(n):
        happen(n, trouble, tmp_path / "told")

    usual = milliseconds(operate)
    getattr(broker, trouble)()

    slowed = milliseconds(operate)

    print(f"median {median(usual):.2f} ms, {median(slowed):.2f} ms with the broker away")
    assert median(slowed) - median(usual) < 5
    assert sorted(slowed)[-2] < 50  # one may meet a busy machine; a time-out would be seconds


def test_an_effect_happens_once_after_the_broker_is_back(celery, broker, tmp_path):
    told = tmp_path / "told"
    celery.worker()
    celery.beat()
    happen(0, "before", told)
    eventually(all_done)

    broker.kill()
    happen(1, "while-away", told)
    # Nothing carries it now, and the operation has long returned.
    assert happened("while-away") == 0
    broker.start()

    eventually(all_done, seconds=90)
    assert happened("while-away") == 1
    assert told.read_text().split() == ["0", "1"]


def test_a_commit_wakes_the_relay_without_beat(celery, broker, tmp_path):
    celery.worker()

    happen(1, "woken", tmp_path / "told")

    eventually(all_done)
    assert happened("woken") == 1


def test_a_worker_that_was_away_does_not_wake_to_a_flood(celery, broker, tmp_path):
    queue = Redis.from_url(broker.url)
    for _ in range(500):
        run_relay.apply_async(expires=0.001)
    assert queue.llen("clock") == 500

    celery.worker()

    eventually(lambda: queue.llen("clock") == 0)
    happen(1, "after-the-flood", tmp_path / "told")
    eventually(all_done)
    queue.close()


def test_a_worker_that_is_at_work_outlives_its_broker(celery, gate, broker, tmp_path):
    told = tmp_path / "told"
    worker = celery.worker()
    with transaction.atomic():
        outbox.add("test.happened", {"run": "outlives", "n": 1, "file": str(told), "gated": True})
    eventually(told.exists)

    broker.kill()
    eventually(lambda: "Connection to broker lost" in celery.said())
    gate()
    eventually(all_done)
    broker.start()
    happen(2, "outlives", told)

    eventually(lambda: told.read_text().split() == ["1", "2"])
    assert worker.poll() is None

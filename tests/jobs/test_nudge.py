import threading
from queue import Queue

import pytest
from django.db import transaction

from jobs import outbox
from jobs.nudge import Nudge


class TestNudge:
    def test_publishes_in_another_thread(self):
        names = Queue()

        Nudge(lambda: names.put(threading.current_thread().name))()

        assert names.get(timeout=10) == "nudge"

    def test_makes_one_of_many(self):
        published, go_on, begun = Queue(), threading.Event(), threading.Event()

        def publish():
            begun.set()
            go_on.wait(10)
            published.put("hint")

        nudge = Nudge(publish, gap=0)
        nudge()
        assert begun.wait(10)
        for _ in range(100):
            nudge()
        go_on.set()

        assert [published.get(timeout=10) for _ in range(2)] == ["hint", "hint"]
        assert published.empty()

    def test_goes_on_after_a_failure(self):
        outcomes = Queue()
        broken = iter([True, False])

        def publish():
            if next(broken):
                outcomes.put("failed")
                raise ConnectionRefusedError
            outcomes.put("published")

        nudge = Nudge(publish, patience=0)
        nudge()
        assert outcomes.get(timeout=10) == "failed"
        nudge()

        assert outcomes.get(timeout=10) == "published"

    def test_never_waits_for_a_broker_that_is_silent(self):
        go_on = threading.Event()
        nudge = Nudge(lambda: go_on.wait(60))

        for _ in range(1000):
            nudge()

        assert not go_on.is_set()  # it came here although nothing was published
        go_on.set()


@pytest.mark.django_db
def test_a_commit_wakes_the_relay_and_a_rollback_does_not(
    django_capture_on_commit_callbacks,
):
    with django_capture_on_commit_callbacks() as after_commit:
        with transaction.atomic():
            outbox.add("test.unheard", {})
        with transaction.atomic():
            outbox.add("test.unheard", {})
            transaction.set_rollback(True)

    assert len(after_commit) == 1

"""Hints to a broker that may be slow or away, given from a thread of their own.

An operation that commits must not wait for the broker, not even for a refused connection: it sets
a flag, and this thread publishes. Hints that come together are one, and while the broker is away
they are dropped: beat starts the relay every second anyway.
"""

import os
import threading
import time
from collections.abc import Callable

import structlog

logger = structlog.get_logger(__name__)


class Nudge:
    """Call it to have `publish` called soon, in another thread. It never waits and never raises."""

    def __init__(
        self, publish: Callable[[], object], *, gap: float = 0.1, patience: float = 5.0
    ) -> None:
        """`gap` seconds lie between two hints, `patience` after one that could not be given."""
        self._publish = publish
        self._gap = gap
        self._patience = patience
        self._begin()
        # Threads do not survive a fork, and a lock may have been held in it.
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._wanted = threading.Event()
        self._starting = threading.Lock()
        self._started: bool = False

    def __call__(self) -> None:
        self._wanted.set()
        if not self._started:
            with self._starting:
                if not self._started:
                    threading.Thread(target=self._carry, name="nudge", daemon=True).start()
                    self._started = True

    def _carry(self) -> None:
        away = False
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self._publish()
            except Exception as error:
                if not away:
                    logger.warning("broker_away", error=str(error))
                away = True
                time.sleep(self._patience)
            else:
                if away:
                    logger.info("broker_back")
                away = False
                time.sleep(self._gap)

"""Waiting for another process: for what it does, never for a time."""

import time
from collections.abc import Callable
from typing import Any


def eventually(holds: Callable[[], Any], *, seconds: float = 60) -> Any:
    """Give what `holds` returns as soon as it is true; it may take up to `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.02)
    return found

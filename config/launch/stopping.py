"""What happens when somebody asks us to stop: the innermost that listens decides."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Iterator

type Act = Callable[[signal.Signals], None]

_acts: list[Act] = []


@contextlib.contextmanager
def on_signals(act: Act) -> Iterator[None]:
    """Have `act` called, instead of those outside, when we are asked to stop."""
    _acts.append(act)
    try:
        yield
    finally:
        _acts.remove(act)


def run(work: Coroutine[None, None, int]) -> int:
    """Run `work` to its exit code; by itself, a signal cancels it, so that it cleans up.

    Cleaning up is never interrupted: it has its own limits in time.
    """

    async def heard() -> int:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(work)
        asked: list[signal.Signals] = []

        def cancel(number: signal.Signals) -> None:
            if not asked:
                task.cancel()
            asked.append(number)

        def hear(number: signal.Signals) -> None:
            _acts[-1](number)

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, hear, number)
        with on_signals(cancel):
            try:
                return await task
            except asyncio.CancelledError:
                return 128 + asked[0] if asked else 1

    return asyncio.run(heard())

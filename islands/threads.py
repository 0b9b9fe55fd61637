"""Sync pages on a bounded set of threads.

Django's ASGI handler opens a thread for each request, and each thread asks the connection pool:
64 clients on a pool of ten got errors by the dozen. Here a request borrows one of a few executors
of one thread each, or waits its turn, or is told to come back: the house never lets in more people
than it has seats.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext

from islands.asgi import Application, Headers, Message, Receive, Scope, Send, answer


class FullHouse(Exception):
    """Nobody may wait any more, or somebody waited too long."""


class LentThreads:
    """Run an ASGI application's sync code on one of `seats` lent executors.

    At most `queue` requests wait, each at most `patience` seconds; then `full_house` is the body of
    a 503 with Retry-After. A body is read *before* a seat is taken, so a slow sender holds none;
    over `body_limit` bytes it is a 413 with the body `too_large`, and the rest stays unread. Both
    get the headers `beside`.
    """

    def __init__(
        self,
        application: Application,
        *,
        full_house: Callable[[], bytes],
        too_large: Callable[[], bytes] = lambda: b"Too large.",
        beside: Headers = (),
        seats: int = 8,
        queue: int = 64,
        patience: float = 5.0,
        body_limit: int = 12 * 1024 * 1024,
        body_patience: float = 60.0,
    ) -> None:
        self._application = application
        self._full_house = full_house
        self._too_large = too_large
        self._beside = beside
        self._free = [
            ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"pages-{seat}")
            for seat in range(seats)
        ]
        self._waiting: deque[asyncio.Future[ThreadPoolExecutor]] = deque()
        self._queue = queue
        self._patience = patience
        self._body_limit = body_limit
        self._body_patience = body_patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self._body_patience):
                body = await _read_body(receive, self._body_limit)
        except TimeoutError:
            late = b"The request took too long to arrive."
            return await answer(send, 408, late, headers=_HANG_UP)
        if body is _GONE:
            return None
        if body is None:
            headers = [*_HANG_UP, *self._beside]
            return await answer(send, 413, self._too_large(), html=True, headers=headers)
        try:
            executor = await self._seat(receive)
        except FullHouse:
            headers = [(b"retry-after", b"2"), *self._beside]
            return await answer(send, 503, self._full_house(), html=True, headers=headers)
        if executor is None:
            return None
        try:
            # Entered once a request; Django's own, further in, then changes nothing.
            async with ThreadSensitiveContext(executor=executor):
                await self._application(scope, _replay(body, receive), send)
        finally:
            self._give_back(executor)

    async def _seat(self, receive: Receive) -> ThreadPoolExecutor | None:
        """Lend an executor, at once or in turn; `None` when the client left meanwhile.

        :raises FullHouse: if the queue is full, or the turn did not come in time
        """
        if self._free:
            return self._free.pop()
        if len(self._waiting) >= self._queue:
            raise FullHouse
        turn: asyncio.Future[ThreadPoolExecutor] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        # The body is read, so the next message can only be that the client has left.
        left = asyncio.ensure_future(receive())
        either: set[asyncio.Future[Any]] = {turn, left}
        try:
            await asyncio.wait(either, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._leave(turn)
            raise
        finally:
            gone = left.done()
            left.cancel()
        if turn.done() and not gone:
            return turn.result()
        self._leave(turn)
        if gone:
            return None
        raise FullHouse

    def _leave(self, turn: asyncio.Future[ThreadPoolExecutor]) -> None:
        """Give up a place in the queue, or the seat that was handed over in that very moment."""
        if turn.done():
            self._give_back(turn.result())
        else:
            self._waiting.remove(turn)

    def _give_back(self, executor: ThreadPoolExecutor) -> None:
        if self._waiting:
            self._waiting.popleft().set_result(executor)
        else:
            self._free.append(executor)


_GONE = bytearray()  # the client left while it was still sending
# What is left of a body stays unread, so the connection is of no further use.
_HANG_UP: Headers = ((b"connection", b"close"),)


async def _read_body(receive: Receive, limit: int) -> bytearray | None:
    """Read the whole body; `None` when it is over `limit` bytes."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return _GONE
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return body


def _replay(body: bytearray, receive: Receive) -> Receive:
    """Hand over the body as one message, then whatever the server says next."""
    handed_over = False

    async def replayed() -> Message:
        nonlocal handed_over
        if handed_over:
            return await receive()
        handed_over = True
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    return replayed

"""The lent threads, with an application that stays inside for as long as the test wants."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async

from islands.threads import LentThreads


class Work:
    """An application whose sync part waits at a gate; it counts who is inside."""

    def __init__(self):
        self.gate = threading.Event()
        self.inside = 0
        self.peak = 0
        self.threads = set()
        self.bodies = []
        self._counting = threading.Lock()
        self._loop = asyncio.get_running_loop()
        self._somebody_came = asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.bodies.append((await receive())["body"])
        await sync_to_async(self._stay)()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    async def have_inside(self, people):
        while self.inside < people:
            await self._somebody_came.wait()
            self._somebody_came.clear()

    def _stay(self):
        with self._counting:
            self.inside += 1
            self.peak = max(self.peak, self.inside)
            self.threads.add(threading.current_thread().name)
        self._loop.call_soon_threadsafe(self._somebody_came.set)
        assert self.gate.wait(10)
        with self._counting:
            self.inside -= 1


class Visitor:
    """One request; the body is sent when the test sends it."""

    def __init__(self, house, *, body=b""):
        self.messages = asyncio.Queue()
        self.sent = []
        if body is not None:
            self.sends(body)
        self.visit = asyncio.create_task(house({"type": "http"}, self.messages.get, self._told))

    def sends(self, body, *, more=False):
        self.messages.put_nowait({"type": "http.request", "body": body, "more_body": more})

    def leaves(self):
        self.messages.put_nowait({"type": "http.disconnect"})

    async def status(self):
        await self.visit
        return self.sent[0]["status"] if self.sent else None

    @property
    def headers(self):
        return dict(self.sent[0]["headers"])

    async def _told(self, message):
        self.sent.append(message)


@pytest.fixture
async def work():
    work = Work()
    yield work
    work.gate.set()


@pytest.fixture
def open_house(work):
    """Make a house around the work."""

    def opened(**settings):
        return LentThreads(work, full_house=lambda: b"<h1>full</h1>", **settings)

    return opened


async def settled():
    """Let every task go as far as it can without the world outside."""
    for _ in range(5):
        await asyncio.sleep(0)


class TestSeats:
    async def test_eight_are_inside_and_the_others_wait_their_turn(self, work, open_house):
        house = open_house()
        visitors = [Visitor(house) for _ in range(20)]
        await work.have_inside(8)
        await settled()

        inside = work.inside
        work.gate.set()
        statuses = [await visitor.status() for visitor in visitors]

        assert inside == 8
        assert statuses == [200] * 20
        assert work.peak == 8
        assert len(work.threads) == 8

    async def test_a_request_that_fails_gives_its_seat_back(self, work):
        async def failing(scope, receive, send):
            raise RuntimeError("a bug")

        house = LentThreads(failing, full_house=lambda: b"", seats=1, queue=0)

        with pytest.raises(RuntimeError):
            await Visitor(house).visit
        with pytest.raises(RuntimeError):  # not turned away: there is one seat, and it is free
            await Visitor(house).visit

    async def test_a_request_that_is_cancelled_gives_its_seat_back(self, work, open_house):
        house = open_house(seats=1)
        cancelled = Visitor(house)
        await work.have_inside(1)

        cancelled.visit.cancel()
        work.gate.set()

        assert await Visitor(house).status() == 200


class TestFullHouse:
    async def test_says_come_again_when_nobody_may_wait(self, work, open_house):
        house = open_house(seats=1, queue=0, beside=[(b"hx-retarget", b"#toasts")])
        Visitor(house)
        await work.have_inside(1)

        turned_away = Visitor(house)

        assert await turned_away.status() == 503
        assert turned_away.headers[b"retry-after"] == b"2"
        assert turned_away.headers[b"hx-retarget"] == b"#toasts"
        assert turned_away.headers[b"content-type"] == b"text/html; charset=utf-8"
        assert turned_away.sent[1]["body"] == b"<h1>full</h1>"

    async def test_says_so_to_who_waited_too_long_and_frees_the_place(self, work, open_house):
        house = open_house(seats=1, queue=1, patience=0.01)
        first = Visitor(house)
        await work.have_inside(1)

        impatient = await Visitor(house).status()
        work.gate.set()
        await first.visit

        assert impatient == 503
        assert await Visitor(house).status() == 200

    async def test_serves_again_when_somebody_has_left(self, work, open_house):
        house = open_house(seats=1, queue=0)
        first = Visitor(house)
        await work.have_inside(1)
        work.gate.set()
        await first.visit

        assert await Visitor(house).status() == 200


class TestBodies:
    async def test_a_slow_body_takes_no_seat(self, work, open_house):
        house = open_house(seats=1, queue=0)
        work.gate.set()
        slow = Visitor(house, body=None)
        slow.sends(b"begin", more=True)
        await settled()

        quick = await Visitor(house).status()
        slow.sends(b" end")

        assert quick == 200
        assert await slow.status() == 200
        assert work.bodies == [b"", b"begin end"]

    async def test_a_body_over_the_limit_is_refused_while_it_is_read(self, work, open_house):
        house = open_house(
            body_limit=10,
            too_large=lambda: b"<h1>large</h1>",
            beside=[(b"hx-retarget", b"#toasts")],
        )
        greedy = Visitor(house, body=None)
        greedy.sends(b"12345678", more=True)
        greedy.sends(b"9ab", more=True)

        assert await greedy.status() == 413
        assert greedy.headers[b"connection"] == b"close"
        assert greedy.headers[b"hx-retarget"] == b"#toasts"
        assert greedy.headers[b"content-type"] == b"text/html; charset=utf-8"
        assert greedy.sent[1]["body"] == b"<h1>large</h1>"
        assert work.bodies == []

    async def test_a_body_of_just_the_limit_is_taken(self, work, open_house):
        house = open_house(body_limit=10)
        work.gate.set()

        assert await Visitor(house, body=b"1234567890").status() == 200

    async def test_a_body_that_never_ends_is_given_up(self, work, open_house):
        house = open_house(body_patience=0.01)

        assert await Visitor(house, body=None).status() == 408
        assert work.bodies == []

    async def test_who_leaves_while_sending_is_told_nothing(self, work, open_house):
        gone = Visitor(open_house(), body=None)
        gone.sends(b"begin", more=True)
        gone.leaves()

        assert await gone.status() is None
        assert work.bodies == []


class TestLeaving:
    async def test_who_leaves_while_waiting_leaves_the_queue(self, work, open_house):
        house = open_house(seats=1, queue=1, patience=3600)
        first = Visitor(house)
        await work.have_inside(1)
        gone = Visitor(house)
        await settled()

        gone.leaves()
        async with asyncio.timeout(5):
            told = await gone.status()
        next_in_line = Visitor(house)
        await settled()
        work.gate.set()

        assert told is None
        assert await next_in_line.status() == 200
        assert await first.status() == 200
        assert len(work.bodies) == 2

    async def test_a_seat_handed_to_who_left_in_that_moment_goes_on(self, work, open_house):
        house = open_house(seats=1, queue=2)
        [seat] = house._free
        house._free.clear()
        gone, next_in_line = Visitor(house), Visitor(house)
        await settled()
        work.gate.set()

        gone.leaves()
        house._give_back(seat)

        assert await gone.status() is None
        assert await next_in_line.status() == 200

    async def test_a_seat_handed_to_who_is_cancelled_in_that_moment_goes_on(self, work, open_house):
        house = open_house(seats=1, queue=2)
        [seat] = house._free
        house._free.clear()
        cancelled, next_in_line = Visitor(house), Visitor(house)
        await settled()
        work.gate.set()

        house._give_back(seat)
        cancelled.visit.cancel()

        with pytest.raises(asyncio.CancelledError):
            await cancelled.visit
        assert await next_in_line.status() == 200
        assert house._free == [seat]

    async def test_who_is_cancelled_while_waiting_leaves_the_queue(self, work, open_house):
        house = open_house(seats=1, queue=1)
        Visitor(house)
        await work.have_inside(1)
        cancelled = Visitor(house)
        await settled()

        cancelled.visit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled.visit
        next_in_line = Visitor(house)
        await settled()
        work.gate.set()

        assert await next_in_line.status() == 200

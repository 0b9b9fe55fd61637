"""Keeps programs running: starts again what dies, more slowly each time, and stops them all."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from config.launch.children import Child, Program, Watchdog, start
from config.launch.home import birth
from config.launch.logs import Log, say
from config.launch.refusal import Refusal

FIRST_PAUSE = 0.2  # seconds before the first new start; doubled each time
LONGEST_PAUSE = 30.0
# After so many seconds of life the pauses begin anew: what was killed had started well by then, and
# what cannot start is gone sooner.
LIVED_WELL = 5.0


class Supervisor:
    """Owns processes. Everything it started ends with it, however it ends."""

    def __init__(self, *, logs: Path | None, loud: bool) -> None:
        self.logs, self.loud = logs, loud
        self.watchdog = Watchdog()
        self.children: dict[str, Child] = {}
        self.deaths: Counter[str] = Counter()
        self.changed: Callable[[], None] = lambda: None
        self._log: dict[str, Log] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._leaving: set[str] = set()

    def started(self) -> dict[str, str | None]:
        """Tell which processes run, and when each began (see `home.birth`)."""
        running = [child.process.pid for child in self.children.values() if child.running]
        return {str(pid): birth(pid) for pid in running}

    async def keep(self, program: Program, *, before: Callable[[], None] | None = None) -> None:
        """Start a program, and start it again whenever it ends; `before` is called each time."""
        first = asyncio.get_running_loop().create_future()
        self._leaving.discard(program.name)
        self._keepers[program.name] = asyncio.create_task(self._keep(program, before, first))
        await first

    async def _keep(
        self,
        program: Program,
        before: Callable[[], None] | None,
        first: "asyncio.Future[None]",
    ) -> None:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            said = await self._live(program, before, first)
            if program.name in self._leaving:
                return
            self.deaths[program.name] += 1
            if time.monotonic() - began > LIVED_WELL:
                pause = FIRST_PAUSE
            if self.loud:
                say(f"backroom | {said}; starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _live(
        self, program: Program, before: Callable[[], None] | None, first: "asyncio.Future[None]"
    ) -> str:
        """Run it once, and tell how that ended. What stops its first start is told to `first`."""
        try:
            if before:
                before()
            child = await self._start(program)
        except (OSError, Refusal) as error:
            if first.done():
                return str(error)
            self._leaving.add(program.name)
            first.set_exception(error)
            return ""
        if not first.done():
            first.set_result(None)
        return f"{program.name} ended ({_spelt(await child.ended())})"

    async def _start(self, program: Program) -> Child:
        log = Log(program.name, folder=self.logs, loud=self.loud and program.loud)
        self._log[program.name] = log
        child = await start(program, log=log, watchdog=self.watchdog)
        self.children[program.name] = child
        self.changed()
        return child

    async def until(
        self,
        ready: Callable[[], Awaitable[bool]],
        *,
        of: list[str],
        seconds: float,
        deaths: int = 1,
    ) -> None:
        """Wait until `ready` says yes.

        :raises Refusal: if one of the programs `of` ended `deaths` times, or it took too long
        """
        deadline = time.monotonic() + seconds
        before = self.deaths.copy()
        while not await ready():
            for name in of:
                if self.deaths[name] - before[name] >= deaths:
                    raise Refusal(f"{name} does not start. {self.last_words(name)}")
            if time.monotonic() > deadline:
                words = " ".join(self.last_words(name) for name in of)
                raise Refusal(f"{' and '.join(of)}: not ready after {seconds:g} s. {words}")
            await asyncio.sleep(0.05)

    def last_lines(self, name: str) -> list[str]:
        """Give what a program said last, since it was last started."""
        return list(self._log[name].last) if name in self._log else []

    def last_words(self, name: str) -> str:
        """Quote the line that most looks like the reason, and say where the rest is."""
        lines = [line for line in self.last_lines(name) if line.strip()]
        reasons = [line for line in lines if any(w in line for w in ("FATAL", "Error", "rror:"))]
        said = f"It said: {(reasons or lines)[-1].strip()}" if lines else "It said nothing."
        return f"{said} (More in {self.logs / f'{name}.log'})" if self.logs else said

    async def drop(self, *names: str) -> None:
        """Stop these programs, all at once."""
        self._leaving.update(names)
        await asyncio.gather(*(self._drop(name) for name in names if name in self._keepers))
        self.changed()

    async def _drop(self, name: str) -> None:
        keeper = self._keepers.pop(name)
        child = self.children.get(name)
        if child and child.running:
            await child.stop()
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper

    def kill(self) -> None:
        """End everything at once: somebody asked twice."""
        for child in self.children.values():
            if child.running:
                child.kill()

    async def close(self, *last: str) -> None:
        """Stop everything, `last` after the others, since those need it until they end."""
        first = [name for name in self._keepers if name not in last]
        await self.drop(*first)
        await self.drop(*last)
        self.watchdog.close()


def _spelt(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"

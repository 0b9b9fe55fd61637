"""The supervisor, with real processes: what dies is started again, what is stopped is gone."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest

from config.launch.children import Program
from config.launch.home import CHECKOUT, birth
from config.launch.refusal import Refusal
from config.launch.supervisor import Supervisor
from tests.eventually import eventually
from tests.launch.acts import environment, kill

# Says its number and its child's, and then waits for what comes.
FAMILY = """
import os, signal, sys
child = os.fork()
if child:
    print(os.getpid(), child, flush=True)
signal.pause()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + FAMILY


def program(code, **how):
    env, command = environment(), [sys.executable, "-c", code]
    return Program(name="family", command=command, env=env, cwd=CHECKOUT, **how)


@asynccontextmanager
async def supervising():
    supervisor = Supervisor(logs=None, loud=False)
    try:
        yield supervisor
    finally:
        await supervisor.close()


async def family(supervisor, *, besides=0):
    """The numbers of parent and child, once a parent other than `besides` has said them."""

    def numbers():
        return [int(number) for line in supervisor.last_lines("family") for number in line.split()]

    async def said():
        return bool(numbers()) and numbers()[0] != besides

    await supervisor.until(said, of=["family"], seconds=20, deaths=5)
    return numbers()


def alive(pid):
    return birth(pid) is not None


class TestSupervisor:
    async def test_starts_again_what_was_killed_and_buries_its_children(self):
        async with supervising() as supervisor:
            await supervisor.keep(program(FAMILY))
            parent, child = await family(supervisor)

            os.kill(parent, signal.SIGKILL)

            successor, _ = await family(supervisor, besides=parent)
            assert alive(successor)
            assert not alive(child)

    async def test_stops_children_of_children(self):
        async with supervising() as supervisor:
            await supervisor.keep(program(FAMILY))
            numbers = await family(supervisor)

        assert not any(alive(pid) for pid in numbers)

    async def test_stops_by_force_what_does_not_listen(self):
        async with supervising() as supervisor:
            await supervisor.keep(program(STUBBORN, stop=((signal.SIGTERM, 0.2),)))
            numbers = await family(supervisor)

        assert not any(alive(pid) for pid in numbers)

    async def test_waits_longer_before_each_new_start(self, monkeypatch):
        pauses = []

        async def pause(seconds):
            pauses.append(seconds)
            await real_sleep(0)

        real_sleep = asyncio.sleep
        monkeypatch.setattr("config.launch.supervisor.asyncio.sleep", pause)
        async with supervising() as supervisor:
            await supervisor.keep(program("raise SystemExit(3)"))
            while supervisor.deaths["family"] < 10:
                await real_sleep(0.01)

        assert pauses[:4] == [0.2, 0.4, 0.8, 1.6]
        assert max(pauses) == 30

    async def test_starts_at_once_again_what_had_lived_well(self, monkeypatch):
        pauses = []

        async def pause(seconds):
            pauses.append(seconds)
            await real_sleep(0)

        real_sleep = asyncio.sleep
        monkeypatch.setattr("config.launch.supervisor.asyncio.sleep", pause)
        monkeypatch.setattr("config.launch.supervisor.LIVED_WELL", 0.1)
        async with supervising() as supervisor:
            await supervisor.keep(program("import time; time.sleep(0.2)"))
            while supervisor.deaths["family"] < 4:
                await real_sleep(0.01)

        assert pauses[:3] == [0.2] * 3

    async def test_says_why_something_does_not_start(self):
        async with supervising() as supervisor:
            await supervisor.keep(program("raise ValueError('no such shelf')"))

            with pytest.raises(Refusal, match=r"does not start\. It said: .* no such shelf"):
                await supervisor.until(never, of=["family"], seconds=20)

    async def test_refuses_a_program_that_is_not_there(self):
        async with supervising() as supervisor:
            missing = Program(name="family", command=["/nowhere/x"], env={}, cwd=CHECKOUT)

            with pytest.raises(FileNotFoundError):
                await supervisor.keep(missing)


async def never():
    return False


OWNER = """
import asyncio, sys
from pathlib import Path
from tests.launch.test_supervisor import STUBBORN, Supervisor, family, program

async def main():
    supervisor = Supervisor(logs=None, loud=False)
    supervisor.watchdog.sweep(Path(sys.argv[1]))
    await supervisor.keep(program(STUBBORN))
    print(*await family(supervisor), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


class TestKilledSupervisor:
    def test_leaves_nobody_behind(self, tmp_path):
        (tmp_path / "passing").mkdir()
        command = [sys.executable, "-c", OWNER, str(tmp_path / "passing")]
        with subprocess.Popen(
            command, cwd=CHECKOUT, env=environment(), stdout=subprocess.PIPE, text=True
        ) as owner:
            numbers = [int(number) for number in owner.stdout.readline().split()]
            assert [alive(pid) for pid in numbers] == [True, True]

            kill(owner)

        eventually(lambda: not any(alive(pid) for pid in numbers), seconds=10)
        eventually(lambda: not (tmp_path / "passing").exists(), seconds=10)

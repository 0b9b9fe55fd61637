"""Starting a program so that it never outlives us, hearing what it says, and stopping it."""

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.launch.account import Account
from config.launch.logs import Log

_PR_SET_PDEATHSIG = 1
# Loaded here, not in the child: between fork and exec there must be no import.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run, and how it wants to be stopped."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    account: Account | None = None
    inherits: tuple[int, ...] = ()
    # Signal and the seconds it is given, one after the other; SIGKILL comes last.
    stop: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 4.0),)
    # What it gets when we are killed ourselves.
    orphaned: signal.Signals = signal.SIGKILL
    loud: bool = True


def die_with(owner: int, number: int) -> Callable[[], None]:
    """Give what a child does before exec: ask for `number` when the process `owner` dies."""

    def ask() -> None:
        if _prctl is not None:
            # After setuid, which clears it: Popen calls us last.
            _prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != owner:
                os._exit(1)

    return ask


class Watchdog:
    """The process that ends the others when we are killed."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("watchdog.py")
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            text=True,
        )

    def watch(self, pid: int, *, soft: int, hard: int) -> None:
        self._tell({"watch": pid, "soft": int(soft), "hard": int(hard)})

    def forget(self, pid: int) -> None:
        self._tell({"forget": pid})

    def sweep(self, folder: Path) -> None:
        """Have `folder` removed at the end, however the end comes."""
        self._tell({"sweep": str(folder)})

    def close(self) -> None:
        """Let it do what is left to do, and wait for that."""
        assert self._process.stdin is not None  # noqa: S101 -- it was given a pipe
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)

    def _tell(self, order: dict[str, object]) -> None:
        assert self._process.stdin is not None  # noqa: S101 -- it was given a pipe
        with contextlib.suppress(OSError):  # killed by someone: the parent-death signals remain
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()


@dataclass(kw_only=True)
class Child:
    """A program that runs."""

    program: Program
    process: asyncio.subprocess.Process
    log: Log
    watchdog: Watchdog
    output: asyncio.StreamReader
    transport: asyncio.ReadTransport
    _pump: asyncio.Task[None] = field(init=False)

    def __post_init__(self) -> None:
        self._pump = asyncio.create_task(self._hear())

    @property
    def running(self) -> bool:
        return self.process.returncode is None

    async def ended(self) -> int:
        """Wait for its end, take what is left of its group with it, and give its exit code."""
        code = await self.process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):  # a stray may hold the pipe open
            await asyncio.wait_for(self._pump, 1)
        self.transport.close()
        self.watchdog.forget(self.process.pid)
        return code

    async def stop(self) -> int:
        """End it as it wants to be ended; when its time is up, by force."""
        for number, seconds in self.program.stop:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), seconds)
                break
        self.kill()
        return await self.ended()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    async def _hear(self) -> None:
        while chunk := await self.output.read(64 * 1024):
            self.log.feed(chunk)
        self.log.end()


async def start(program: Program, *, log: Log, watchdog: Watchdog) -> Child:
    """Run a program in a session of its own, its words going to `log`."""
    account = program.account
    # Our own pipe: asyncio takes a process for running while a child of it holds asyncio's.
    heard, said = os.pipe()
    output, transport = await _listen(heard)
    try:
        process = await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
            env=dict(program.env),
            cwd=program.cwd,
            pass_fds=program.inherits,
            preexec_fn=die_with(os.getpid(), program.orphaned),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except BaseException:
        transport.close()
        raise
    finally:
        os.close(said)
    hard = program.stop[-1][0] if len(program.stop) > 1 else signal.SIGKILL
    watchdog.watch(process.pid, soft=program.orphaned, hard=hard)
    return Child(
        program=program,
        process=process,
        log=log,
        watchdog=watchdog,
        output=output,
        transport=transport,
    )


async def _listen(pipe: int) -> tuple[asyncio.StreamReader, asyncio.ReadTransport]:
    output = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(output), os.fdopen(pipe, "rb", buffering=0)
    )
    return output, transport

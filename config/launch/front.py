"""Running a command in front of the person: their terminal is its terminal."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.launch.children import die_with
from config.launch.stopping import on_signals


def called_from() -> Path:
    """Tell the folder in which the person called ./dev: relative names are meant from there."""
    return Path(os.environ.get("BACKROOM_CALLED_FROM") or Path.cwd())


async def in_front(command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> int:
    """Run a command with our own input and output until it ends, and give its exit code."""
    process = await asyncio.create_subprocess_exec(
        *command, env=dict(env), cwd=cwd, preexec_fn=die_with(os.getpid(), signal.SIGTERM)
    )

    def pass_on(number: signal.Signals) -> None:
        if number == signal.SIGINT and _terminal_tells_all():
            return  # Ctrl-C reached the command already, and twice means something else
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)

    with on_signals(pass_on):
        code = await process.wait()
    return code if code >= 0 else 128 - code


def _terminal_tells_all() -> bool:
    """Tell whether we are the group that the terminal sends its Ctrl-C to."""
    with contextlib.suppress(OSError):
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    return False

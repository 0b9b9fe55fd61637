"""Commands of Django's that the launcher runs by itself, quietly and one after the other."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.launch.children import die_with
from config.launch.home import CHECKOUT
from config.launch.refusal import Refusal


def manage_py(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, str(CHECKOUT / "manage.py"), *arguments]


async def step(env: Mapping[str, str], *arguments: str) -> str:
    """Run one command, and give what it printed.

    :raises Refusal: if it fails; all that it said is in the folder of logs
    """
    process = await asyncio.create_subprocess_exec(
        *manage_py(arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**env, "BACKROOM_PROCESS": "manage"},
        cwd=CHECKOUT,
        preexec_fn=die_with(os.getpid(), signal.SIGKILL),
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        kept = _kept(Path(env["BACKROOM_HOME"]) / "log" / f"{arguments[0]}.log", out + err)
        lines = (err or out).decode("utf-8", "replace").strip().splitlines()
        reason = lines[-1] if lines else f"exit code {process.returncode}"
        raise Refusal(f"manage.py {' '.join(arguments)} failed: {reason}{kept}")
    return out.decode("utf-8", "replace")


def _kept(path: Path, said: bytes) -> str:
    try:
        path.write_bytes(said)
    except OSError:
        return ""
    return f" (More in {path})"

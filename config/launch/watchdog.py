"""Outlives its owner: when the launcher is killed, ends what it started and sweeps what it lent.

Run as a script of its own, so it imports nothing of ours. It reads one JSON object a line:
`{"watch": pid, "soft": signal, "hard": signal}`, `{"forget": pid}`, `{"sweep": folder}`. At the end
of its input everything still watched gets its soft signal, after `SOFT_SECONDS` its hard one, and
after `HARD_SECONDS` SIGKILL: all of it in less than ten seconds. Each pid leads a process group,
so children of children go too.
"""

import json
import os
import shutil
import signal
import sys
import time

SOFT_SECONDS = 4.0
HARD_SECONDS = 7.0
LAST_SECONDS = 8.5


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watched: dict[int, tuple[int, int]] = {}
    folders: list[str] = []
    for line in sys.stdin:
        order = json.loads(line)
        if "watch" in order:
            watched[order["watch"]] = (order["soft"], order["hard"])
        elif "forget" in order:
            watched.pop(order["forget"], None)
        else:
            folders.append(order["sweep"])
    end(watched)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def end(watched: dict[int, tuple[int, int]]) -> None:
    """End every group of `watched`, politely first."""
    began = time.monotonic()
    for pid, (soft, _hard) in watched.items():
        send(pid, soft)
    stage = 0
    while left := [pid for pid in watched if alive(pid)]:
        passed = time.monotonic() - began
        if passed > LAST_SECONDS:
            return
        if stage == 0 and passed > SOFT_SECONDS:
            stage = 1
            for pid in left:
                send(pid, watched[pid][1])
        elif stage == 1 and passed > HARD_SECONDS:
            stage = 2
            for pid in left:
                send(pid, signal.SIGKILL)
        time.sleep(0.05)


def send(pid: int, number: int) -> None:
    # A polite signal goes to the leader alone, which knows its children; the last one to all.
    try:
        if number == signal.SIGKILL:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def alive(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


if __name__ == "__main__":
    main()

"""Whatever dies, what was answered as booked is written once, and the house is back in seconds.

`./dev faults killed_house [--full] [--seed N]`: twelve people in three processes do 10,000 things
(full), or 300, through the pages of a house of its own (`./dev up`), every tenth form with its
answer cut off; meanwhile web processes and PostgreSQL's are killed, and PostgreSQL is restarted.
"""

import json
import math
import random
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from subprocess import Popen
from typing import Any

from tests.faults.command import answer_of, arguments, report, start
from tests.faults.house import FAULTS, House, befall, house

PROCESSES, PEOPLE = 3, 4
CUTS = 0.1
APART = (60, 140)  # answers between one fault and the next
SMALL = (10, 20)
BACK_SECONDS = 5.0
_PATIENCE = 90.0  # seconds until somebody says something


@dataclass(frozen=True, slots=True)
class Fault:
    kind: str
    began: float
    gone: float

    def back_after(self, asks: list[dict[str, Any]]) -> float:
        """Seconds until somebody who asked after its victims were gone was answered."""
        answered = [one for ask in asks for one in ask.get("answered", ())]
        good = [at for asked, at in answered if asked >= self.gone]
        return min(good, default=float("inf")) - self.began


def break_house(broken: House, *, seed: int, asks: int, apart: tuple[int, int]) -> dict[str, Any]:
    """Let people work in a house and break it meanwhile; what came of it."""
    chance, faults = random.Random(seed), list[Fault]()
    shop = opened(broken, "open", seed, PROCESSES * PEOPLE)
    with people(broken.port, shop, seed=seed, asks=asks, processes=PROCESSES) as heard:
        told = list(_with_faults(heard, broken, chance, faults, apart=apart))
    return audited(broken, told) | {
        "back": _by_kind(faults, told),
        "longest": max(ask["to"] - ask["begun"] for ask in told),
        "logged": [line for line in broken.logged() if "[error" in line and "code=503" not in line],
    }


def opened(whole: House, kind: str, seed: int, people: int) -> dict[str, Any]:
    """Have a shop of that kind made in a house."""
    [shop] = answer_of([start("tests.faults.bookkeeper", kind, seed, people, url=whole.url)])
    made: dict[str, Any] = json.loads(shop)
    return made


def audited(house: House, told: list[dict[str, Any]]) -> dict[str, Any]:
    """Compare what was answered in a house with what is written there."""
    asks = house.home / "asks"
    asks.write_text("\n".join(map(json.dumps, told)))
    [found] = answer_of([start("tests.faults.bookkeeper", "audit", asks, url=house.url)])
    return json.loads(found) | {name: sum(ask[name] for ask in told) for name in ("away", "cut")}


def _with_faults(
    heard: Iterator[dict[str, Any]],
    broken: House,
    chance: random.Random,
    faults: list[Fault],
    *,
    apart: tuple[int, int],
) -> Iterator[dict[str, Any]]:
    """What people say, with a fault each so many answers, every kind as often as the others."""
    bag: list[str] = []
    until = chance.randint(*apart)
    for ask in heard:
        yield ask
        until -= 1
        # Never while the last one is still felt: each is judged by itself.
        if until > 0 or (faults and ask["begun"] < faults[-1].gone) or not broken.is_whole():
            continue
        bag = bag or chance.sample(FAULTS, len(FAULTS))
        kind = bag.pop()
        faults.append(Fault(kind, *befall(kind, broken, chance)))
        until = chance.randint(*apart)


@contextmanager
def people(
    port: int, shop: dict[str, Any], *, seed: int, asks: int, processes: int
) -> Iterator[Iterator[dict[str, Any]]]:
    """Everybody of a shop at work, in so many processes, and what they say as they say it."""
    many = len(shop["emails"]) // processes
    each = math.ceil(asks / (processes * many))
    running = [
        start("tests.faults.visitor", seed, port, number * many, many, each, CUTS, url="")
        for number in range(processes)
    ]
    said: Queue[str | None] = Queue()
    listeners = [
        threading.Thread(target=_listen, args=(process, said), daemon=True) for process in running
    ]
    try:
        for process in running:
            print(json.dumps(shop), file=process.stdin, flush=True)
            if "signed_in" not in process.stdout.readline():
                raise RuntimeError(process.stderr.read()[-2000:])
        for process, listener in zip(running, listeners, strict=True):
            print(file=process.stdin, flush=True)
            listener.start()
        yield _heard(said, running)
    finally:
        for process in running:
            process.kill()
        for listener in filter(threading.Thread.is_alive, listeners):
            listener.join(20)
        for process in running:
            process.communicate()  # closes what is open


def _listen(process: Popen[str], said: "Queue[str | None]") -> None:
    for line in process.stdout or ():
        said.put(line)
    said.put(None)


def _heard(said: "Queue[str | None]", running: list[Popen[str]]) -> Iterator[dict[str, Any]]:
    for _ in running:
        while line := said.get(timeout=_PATIENCE):
            yield json.loads(line)
    for process in running:
        if process.wait(20):
            raise RuntimeError((process.stderr.read() if process.stderr else "")[-2000:])


def _by_kind(faults: list[Fault], told: list[dict[str, Any]]) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = defaultdict(list)
    for fault in faults:
        # Nobody asks any more after the very last one; who asked and got no answer is unanswered.
        if (back := fault.back_after(told)) < float("inf"):
            seconds[fault.kind].append(back)
    return seconds


def main() -> None:
    asked = arguments(__doc__ or "")
    asks, apart = (10_000, APART) if asked.full else (300, SMALL)
    began = time.monotonic()
    with house() as broken:
        found = break_house(broken, seed=asked.seed, asks=asks, apart=apart)
    back = [seconds for each in found["back"].values() for seconds in each]
    report(
        seed=asked.seed,
        asks=found["asks"],
        booked=found["booked"],
        refused=found["refused"],
        **found["wrong"],
        overtaken_by_their_refusal=len(found["overtaken"]),
        findings=len(found["findings"]),
        answers_503=found["away"],
        cut_off=found["cut"],
        mistakes_logged=len(found["logged"]),
        faults=len(back),
        back_after_median=f"{statistics.median(back):.2f} s",
        back_after_at_most=f"{max(back):.2f} s",
        longest_wait_of_one=f"{found['longest']:.2f} s",
        seconds=round(time.monotonic() - began),
    )
    for kind, seconds in sorted(found["back"].items()):
        print(
            f"  {kind:24}{len(seconds)} ×, median {statistics.median(seconds):.2f} s, "
            f"at most {max(seconds):.2f} s"
        )
    wrong = any(found["wrong"].values()) or found["findings"] or found["logged"]
    if wrong or max(back) > BACK_SECONDS:
        kept = Path("/tmp") / f"killed-house-{asked.seed}.json"
        kept.write_text(json.dumps(found, indent=1))
        raise SystemExit(f"See {kept}")


if __name__ == "__main__":
    main()

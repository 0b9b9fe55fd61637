"""`./dev bench clients`: many people on the pages at once, each without a pause.

64 clients for 30 seconds unless told otherwise, signed in, over the sockets of the two web
processes that `./dev up` runs, on a house of 10,000 items and 100,000 movements. The clients share
the machine with the house. Fails if a page is broken (500), or if a 503 does not say when to come
again.
"""

import argparse
import http.client
import itertools
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 -- after setup
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from bench import house  # noqa: E402
from bench.pages import addresses  # noqa: E402
from config.launch.layout import web  # noqa: E402
from config.launch.up import bound  # noqa: E402

PORT = 8490
ITEMS, MOVEMENTS = 10_000, 100_000


@dataclass
class Seen:
    """What the clients saw: seconds of each answer, by status."""

    seconds: dict[int, list[float]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, path: str, response: http.client.HTTPResponse, took: float) -> None:
        with self.lock:
            self.seconds.setdefault(response.status, []).append(took)
            if response.status == 503 and not response.getheader("Retry-After"):
                self.broken.append(f"{path}: a 503 without Retry-After")
            elif response.status not in (200, 503):
                self.broken.append(f"{path}: {response.status}")


@contextmanager
def opened() -> Iterator[None]:
    """Run the web processes as `./dev up` does, until they answer and as long as asked."""
    with bound(PORT) as listening:
        running = [
            subprocess.Popen(
                program.command,
                env=program.env,
                cwd=program.cwd,
                pass_fds=program.inherits,
                stdout=subprocess.DEVNULL,
            )
            for program in web(os.environ, listening)
        ]
        try:
            until_ready()
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(timeout=20)


def until_ready() -> None:
    for attempt in itertools.count():
        line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
        try:
            line.request("GET", "/readyz")
            if line.getresponse().status == 200:
                return
        except OSError:
            pass  # the socket is bound, and nobody accepts yet
        finally:
            line.close()
        if attempt > 20:
            sys.exit("The web processes do not answer.")


def browse(session: str, paths: list[str], until: float, seen: Seen) -> None:
    """Ask for one page after the other, as fast as they come."""
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}", "Accept-Encoding": "gzip"}
    for path in itertools.cycle(paths):
        if time.perf_counter() > until:
            break
        began = time.perf_counter()
        try:
            line.request("GET", path, headers=headers)
            response = line.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            seen.broken.append(f"{path}: {error!r}")
            line.close()
            continue
        seen.note(path, response, time.perf_counter() - began)
    line.close()


def sessions(count: int) -> list[str]:
    """Sign somebody in, so many times."""
    person = User.objects.filter(is_superuser=True).first() or User.objects.create_superuser(
        "bench@backroom.example", name="Bench"
    )
    found = []
    for _ in range(count):
        client = Client()
        client.force_login(person)
        found.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    return found


def report(seen: Seen, *, clients: int, seconds: int) -> int:
    answers = sum(map(len, seen.seconds.values()))
    print(
        f"{clients} clients, {seconds} s: {answers:,} answers, {answers / seconds:.0f} a second\n"
    )
    print(f"{'status':<8} {'answers':>8} {'median ms':>10} {'p99 ms':>8} {'slowest':>8}")
    for status, took in sorted(seen.seconds.items()):
        inner = statistics.quantiles(took, n=100) if len(took) > 1 else took * 99
        shown = (statistics.median(took), inner[98], max(took))
        print(f"{status:<8} {len(took):>8,}" + "".join(f" {each * 1000:>9.0f}" for each in shown))
    for what, times in Counter(seen.broken).most_common(10):
        print(f"BROKEN {times} times: {what}")
    return 1 if seen.broken else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench clients", description=__doc__)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=30)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    house.build(items=ITEMS, movements=MOVEMENTS)
    tickets = sessions(asked.clients)
    # Everything but the changelists: few people look at those.
    paths = [address for name, address in addresses() if not name.startswith("Admin")]
    connections.close_all()
    seen = Seen()
    with opened():
        until = time.perf_counter() + asked.seconds
        crowd = [
            threading.Thread(
                target=browse, args=(ticket, paths[at % len(paths) :] + paths, until, seen)
            )
            for at, ticket in enumerate(tickets)
        ]
        for each in crowd:
            each.start()
        for each in crowd:
            each.join()
    return report(seen, clients=asked.clients, seconds=asked.seconds)


if __name__ == "__main__":
    sys.exit(main())

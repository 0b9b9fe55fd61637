"""A process that does operations when it is told, at the very moment it is told.

`python -m tests.faults.hand` reads orders, a line of JSON each: the name of an operation, its
arguments, and the moment (seconds since 1970) at which to begin. It answers each with a line: when
it began and ended, and `done`, `refused` (the rule's code) or `failed` (anything else, in words).
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from accounts.models import User  # noqa: E402 -- after setup
from inventory import operations  # noqa: E402
from inventory.models import Hold  # noqa: E402
from tests.faults.command import start  # noqa: E402

# What JSON has no word for.
_READ = {
    "key": UUID,
    "lifetime": lambda seconds: timedelta(seconds=seconds),
}
_WRITTEN = {
    "actor": lambda user: user.pk,
    "key": str,
    "lifetime": lambda lifetime: lifetime.total_seconds(),
}


@dataclass(frozen=True, slots=True)
class Hand:
    """The other end of such a process."""

    process: subprocess.Popen[str]

    @classmethod
    def on(cls, url: str) -> Self:
        return cls(start("tests.faults.hand", url=url))

    def tell(self, operation: str, arguments: dict[str, Any], *, at: float) -> None:
        asked = {n: _WRITTEN[n](v) if n in _WRITTEN else v for n, v in arguments.items()}
        order = {"operation": operation, "arguments": asked, "at": at}
        print(json.dumps(order), file=self.process.stdin, flush=True)

    def answer(self) -> dict[str, Any]:
        """:raises RuntimeError: if it ended"""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise RuntimeError(self.process.stderr.read()[-2000:] if self.process.stderr else "")
        told: dict[str, Any] = json.loads(line)
        return told

    def leave(self) -> None:
        self.process.communicate(timeout=20)


def do(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Do an operation; what came of it."""
    try:
        made = getattr(operations, operation)(**arguments)
        while isinstance(made, operations.Moved) and made.left:
            # Somebody was there at the same moment: what was left goes when it is pressed again.
            made = getattr(operations, operation)(**arguments)
    except operations.StockError as refusal:
        return {"refused": refusal.code}
    except Exception as failure:  # a deadlock is one; whoever reads this wants none
        return {"failed": f"{type(failure).__name__}: {failure}"}
    return {"done": made.status if isinstance(made, Hold) else True}


def main() -> None:
    people: dict[int, User] = {}
    for line in sys.stdin:
        order = json.loads(line)
        asked = order["arguments"]
        if pk := asked.pop("actor", None):
            # Known beforehand, as to a page; so that nothing but the operation is timed.
            asked["actor"] = people[pk] = people.get(pk) or User.objects.get(pk=pk)
        asked |= {name: read(asked[name]) for name, read in _READ.items() if name in asked}
        while (began := time.time()) < order["at"]:
            pass  # milliseconds at most, and nothing wakes up as exactly
        told = do(order["operation"], asked)
        print(json.dumps({"from": began, "to": time.time()} | told), flush=True)


if __name__ == "__main__":
    main()

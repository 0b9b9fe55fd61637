"""Effects that must happen: a row in the transaction that makes them true.

An operation calls `add`; after the commit the relay (`jobs/relay.py`) calls every subscriber of the
topic, at least once and in no promised order. A subscriber stands in an app's `subscribers.py`,
may run twice, and reads the state again instead of trusting what the payload remembers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from jobs.models import OutboxEvent

type Payload = dict[str, Any]
type React = Callable[[Payload], None]


class OutsideTransaction(Exception):
    """An effect was added outside a transaction: it could happen though nothing was written."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A reaction to a topic. `secret` ones have the payload emptied once they are done."""

    name: str
    topic: str
    react: React
    secret: bool = False


_subscribers: dict[str, Subscriber] = {}
_wake: list[Callable[[], None]] = []


def add(topic: str, payload: Payload) -> None:
    """Write that `topic` happened, past tense as in `"stock.adjusted"`, in this transaction.

    `payload` holds ids and codes that JSON can say (write a UUID as text); readers look the rest
    up. One row a transaction, however many lines it changed.

    :raises OutsideTransaction: if no transaction is open
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{topic} must be added inside transaction.atomic.")
    OutboxEvent.objects.create(topic=topic, payload=payload)
    nudge()


def nudge() -> None:
    """Have the relay look right after the commit, not at its next second. May be lost."""
    for wake in _wake:
        transaction.on_commit(wake, robust=True)


def nudge_with(wake: Callable[[], None]) -> None:
    """Register how the relay is woken: the edge knows Celery, this module does not.

    `wake` runs in the thread that committed, so it must return at once, whatever the broker does.
    """
    _wake[:] = [wake]


def subscriber(topic: str, *, secret: bool = False) -> Callable[[React], React]:
    """Register a function of `subscribers.py` for `topic`; its dotted name is its identity.

    Renaming it makes it another subscriber: what waits under the old name is parked.
    """

    def register(react: React) -> React:
        name = f"{react.__module__}.{react.__qualname__}"
        _subscribers[name] = Subscriber(name, topic, react, secret)
        return react

    return register


def subscribers_of(topic: str) -> list[Subscriber]:
    """Everyone who reacts to `topic`, by name."""
    return sorted(
        (one for one in _subscribers.values() if one.topic == topic), key=lambda one: one.name
    )


def subscriber_named(name: str) -> Subscriber | None:
    """The subscriber of an effect, unless the code has lost it since."""
    return _subscribers.get(name)


def purpose_of(name: str) -> str:
    """What a subscriber does, by the first line of its docstring; else its name."""
    known = _subscribers.get(name)
    doc = known.react.__doc__ if known else None
    return doc.strip().splitlines()[0].removesuffix(".") if doc else name


def topics() -> list[str]:
    """Every topic that somebody reacts to, by name."""
    return sorted({one.topic for one in _subscribers.values()})

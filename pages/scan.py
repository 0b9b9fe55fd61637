"""What a scanned code stands for: apps register resolvers, the first that knows it wins."""

from collections.abc import Callable
from typing import Any

type Resolver = Callable[[str, Any], str | None]

_resolvers: dict[str, tuple[int, Resolver]] = {}


def resolver(*, order: int) -> Callable[[Resolver], Resolver]:
    """Register a function from a code and a user to the URL of what it stands for, or None."""

    def registered(resolve: Resolver) -> Resolver:
        _resolvers[f"{resolve.__module__}.{resolve.__qualname__}"] = (order, resolve)
        return resolve

    return registered


def target_of(code: str, user: Any) -> str | None:
    """Give the page of what `code` stands for, or None when nobody knows it."""
    for _, resolve in sorted(_resolvers.values(), key=lambda known: known[0]):
        if url := resolve(code, user):
            return url
    return None

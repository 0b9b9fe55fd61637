"""The search of the top bar: apps register searchers, each finds things of one kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One hit. `code` is what would be typed to mean exactly this: it goes straight there."""

    title: str
    subtitle: str
    url: str
    code: str = ""

    def is_called(self, text: str) -> bool:
        """Tell whether `text` is the code of this, in whatever case."""
        return bool(self.code) and self.code.casefold() == text.casefold()


type Find = Callable[[str, Any, int], list[Found]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Searcher:
    """`find` takes the text, the user and how many hits are shown at most."""

    find: Find
    label: str
    order: int
    permission: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Hits:
    """What one searcher found."""

    label: str
    found: list[Found]


_searchers: dict[str, Searcher] = {}


def searcher(*, label: str, order: int, permission: str | None = None) -> Callable[[Find], Find]:
    """Register a function `(text, user, limit) -> list[Found]`."""

    def registered(find: Find) -> Find:
        _searchers[f"{find.__module__}.{find.__qualname__}"] = Searcher(
            find=find, label=label, order=order, permission=permission
        )
        return find

    return registered


def everywhere(text: str, user: Any, *, limit: int) -> list[Hits]:
    """Ask every searcher that `user` may use; within a kind an exact code comes first."""
    hits = [
        Hits(label=each.label, found=_exact_first(text, each.find(text, user, limit)))
        for each in sorted(_searchers.values(), key=lambda each: each.order)
        if each.permission is None or user.has_perm(each.permission)
    ]
    return [kind for kind in hits if kind.found]


def exact(text: str, hits: list[Hits]) -> Found | None:
    """Give the one hit that is called exactly `text`; None when there is none, or more than one."""
    called = [found for kind in hits for found in kind.found if found.is_called(text)]
    return called[0] if len(called) == 1 else None


def _exact_first(text: str, found: list[Found]) -> list[Found]:
    return sorted(found, key=lambda hit: not hit.is_called(text))

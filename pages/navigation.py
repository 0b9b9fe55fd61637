"""The navigation at the left: apps register their entries, people see those they may use."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.http import HttpRequest
from django.urls import reverse

from pages import outages

logger = structlog.get_logger(__name__)

type Badge = Callable[[HttpRequest], int | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A line of the navigation.

    `icon` is the name of a symbol in the sprite. `badge` gives the number behind the label, or
    None: it is asked on every page, so it must be cheap or cached. `staff_only` is for the admin,
    which has a flag where others have permissions. Groups are shown apart: `main`, then `more`.
    """

    label: str
    url_name: str
    icon: str
    order: int
    permission: str | None = None
    badge: Badge | None = None
    group: str = "main"
    staff_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """An entry as one person sees it on one page."""

    label: str
    url: str
    icon: str
    active: bool
    badge: int | None
    group: str


_entries: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Put `entry` into the navigation; the same URL name again replaces it."""
    _entries[entry.url_name] = entry


def links(request: HttpRequest) -> list[Link]:
    """Give the navigation that the person of `request` sees, in order."""
    shown = [(entry, reverse(entry.url_name)) for entry in _shown(request)]
    here = _here(request.path, [url for _, url in shown])
    return [
        Link(
            label=entry.label,
            url=url,
            icon=entry.icon,
            active=url == here,
            badge=_badge(entry, request),
            group=entry.group,
        )
        for entry, url in shown
    ]


def _shown(request: HttpRequest) -> list[Entry]:
    user = request.user
    if not user.is_authenticated:
        return []
    return [
        entry
        for entry in sorted(_entries.values(), key=lambda entry: entry.order)
        if (entry.permission is None or user.has_perm(entry.permission))
        and (user.is_staff or not entry.staff_only)
    ]


def _here(path: str, urls: list[str]) -> str | None:
    """Find the entry that `path` lies under: the longest it begins with; `/` is only itself."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(under, key=len, default=None)


def _badge(entry: Entry, request: HttpRequest) -> int | None:
    if entry.badge is None:
        return None
    try:
        return entry.badge(request)
    except Exception as failure:
        # A number beside a word is not worth the page.
        if outages.is_outage(failure):
            logger.warning("badge_failed", entry=entry.label, cause=" ".join(str(failure).split()))
        else:
            logger.exception("badge_failed", entry=entry.label)
        return None


register(Entry(label="Today", url_name="pages:today", icon="today", order=0))
register(
    Entry(
        label="Admin",
        url_name="admin:index",
        icon="admin",
        order=100,
        group="more",
        staff_only=True,
    )
)

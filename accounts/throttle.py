"""What is left before a pause, and how long a pause is: allauth counts, this reads its counts."""

import math
import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

APP = "allauth.account"


def pause(request: HttpRequest, *, action: str, key: str | None = None) -> int:
    """Tell in how many seconds `action` is allowed again; 0 when it is now."""
    waits: list[int] = [_wait(request, action, rate, key) for rate in _rates(action)]
    return max(waits, default=0)


def tries_left(request: HttpRequest, *, action: str, key: str) -> int:
    """Tell how often `action` is still allowed for `key` before the pause."""
    left: list[int] = [
        rate.amount - len(_hits(request, action, rate, key))
        for rate in _rates(action)
        if rate.per == "key"
    ]
    return max(min(left), 0)


def length(*, action: str) -> int:
    """Tell how long the pause of one key lasts at most, in seconds."""
    return int(max(rate.duration for rate in _rates(action) if rate.per == "key"))


def in_words(seconds: int) -> str:
    """Say a pause: `45 seconds`, `5 minutes`; minutes are rounded up, for it must be over."""
    if seconds <= 1:
        return "a second"
    if seconds < 60:
        return f"{seconds} seconds"
    minutes = math.ceil(seconds / 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def _rates(action: str) -> list[ratelimit.Rate]:
    return list(ratelimit.get_rates(app=APP, action=action))


def _hits(request: HttpRequest, action: str, rate: ratelimit.Rate, key: str | None) -> list[float]:
    """When it was done within the span of `rate`, newest first."""
    if (rate.per == "key" and key is None) or (
        rate.per == "user" and not request.user.is_authenticated
    ):
        return []
    name = ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key)
    began = time.time() - rate.duration
    return [hit for hit in cache.get(name, []) if hit > began]


def _wait(request: HttpRequest, action: str, rate: ratelimit.Rate, key: str | None) -> int:
    hits = _hits(request, action, rate, key)
    if len(hits) < rate.amount:
        return 0
    # Newest first: when this one is too old to count, there is room again.
    over_at: float = hits[rate.amount - 1] + rate.duration
    return max(math.ceil(over_at - time.time()), 1)

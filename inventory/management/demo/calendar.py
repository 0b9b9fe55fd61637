"""The days over which a story is laid: busy Fridays, quiet Sundays, and the last hours."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import accumulate

from django.utils import timezone

DAYS = 60
_OPENS, _HOURS = time(8), 9.5
# How much happens on a day, Monday to Sunday.
_WEEK = (9, 8, 8, 9, 12, 5, 2)
_JUST_NOW, _APART = 12, timedelta(minutes=13)


def dates(count: int, *, now: datetime) -> Sequence[datetime]:
    """Moments for `count` acts, one after another, from sixty days before `now` to just now.

    The last dozen lie in the hours before `now`, whatever the time of day.
    """
    today = timezone.localtime(now).date()
    days = [today - timedelta(days=ago) for ago in range(DAYS, 0, -1)]
    ends = list(accumulate(_WEEK[day.weekday()] for day in days))
    earlier = max(count - _JUST_NOW, 0)
    moments = []
    number = 0
    for act in range(earlier):
        done = (act + 0.5) / earlier * ends[-1]
        while done >= ends[number]:
            number += 1
        left = (ends[number] - done) / _WEEK[days[number].weekday()]
        opens = timezone.make_aware(datetime.combine(days[number], _OPENS))
        moments.append(opens + timedelta(hours=_HOURS * (1 - left)))
    return moments + [now - _APART * act for act in range(count - earlier, 0, -1)]

"""How numbers, money and times are written, said once."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

# As wide as a figure, unlike the hyphen: columns stay aligned.
MINUS = "\N{MINUS SIGN}"

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def quantity(number: int) -> str:
    """Write base units: `1204` is `1,204`, `-5` is `−5`."""
    return f"{number:,}".replace("-", MINUS)


def delta(number: int) -> str:
    """Write a change with its sign: `+20`, `−5`, `0`."""
    return f"{number:+,}".replace("-", MINUS) if number else "0"


def money(amount: Decimal) -> str:
    """Write an amount in the business's currency, in hundredths: `£1,204.50`."""
    sign = MINUS if amount < 0 else ""
    return f"{sign}{settings.CURRENCY_SYMBOL}{abs(amount):,.2f}"


def day(moment: datetime | date) -> str:
    """Write a day, in the business's time zone: `23 Nov 2026`."""
    if isinstance(moment, datetime):
        moment = timezone.localtime(moment)
    return f"{moment.day} {moment:%b %Y}"


def days_from_today(day: date) -> str:
    """Write how far a day is from today: `today`, `in 5 days`, `12 days ago`."""
    days = (day - timezone.localdate()).days
    if days == 0:
        return "today"
    away = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    return f"in {away}" if days > 0 else f"{away} ago"


def exactly(moment: datetime) -> str:
    """Write an instant in full, in the business's time zone: `Mon 23 Nov 2026, 14:35:48 GMT`."""
    local = timezone.localtime(moment)
    return f"{local:%a} {day(moment)}, {local:%H:%M:%S %Z}"


def when(moment: datetime, *, now: datetime | None = None) -> SafeString:
    """Write how long ago `moment` was, with the exact value on hover."""
    words = ago(moment, now=now or timezone.now())
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exactly(moment), words
    )


def until(moment: datetime) -> str:
    """Write when something ends, in the business's time zone: `14:35`, from tomorrow on the day."""
    local = timezone.localtime(moment)
    today = local.date() == timezone.localdate()
    return f"{local:%H:%M}" if today else f"{day(moment)}, {local:%H:%M}"


def ago(moment: datetime, *, now: datetime) -> str:
    """Say how far `moment` is from `now`: `12 s ago`, `in 5 min`; from a month on, the day."""
    seconds = int((now - moment).total_seconds())
    distance = _distance(abs(seconds))
    if not distance:
        return day(moment)
    return f"{distance} ago" if seconds >= 0 else f"in {distance}"


def _distance(seconds: int) -> str:
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h"
    days = timedelta(seconds=seconds).days
    if days > 30:
        return ""
    return "1 day" if days == 1 else f"{days} days"

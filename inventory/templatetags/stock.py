"""Times and addresses of ledger lines."""

from datetime import datetime
from urllib.parse import urlencode

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.access import movable_scope_of
from accounts.models import User
from inventory.models import Location
from inventory.models.movement import belongs_to
from pages import formats

register = template.Library()


@register.filter
def clock(moment: datetime) -> SafeString:
    """When a line was booked, as narrow as a ledger wants it: `14:32` today, else `23 Nov`."""
    local, today = timezone.localtime(moment), timezone.localdate()
    if local.date() == today:
        words = f"{local:%H:%M}"
    elif local.year == today.year:
        words = f"{local.day} {local:%b}"
    else:
        words = formats.day(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        formats.exactly(moment),
        words,
    )


register.simple_tag(belongs_to)


@register.filter
def movable_by(place: Location, user: User) -> bool:
    """Whether somebody may change what stands there: else no button asks them to."""
    return movable_scope_of(user).covers(str(place.path))


@register.simple_tag
def line_of_item(item_url: str, movement: int, here: frozenset[int]) -> str:
    """Where another line of the same item stands: on this page, or on one that begins with it."""
    page = "" if movement in here else f"{item_url}?{urlencode({'line': movement})}"
    return f"{page}#line-{movement}"

"""The formats of `pages.formats` as template filters. Each writes nothing for nothing."""

from collections.abc import Callable
from typing import Any

from django import template

from pages import formats

register = template.Library()


def _or_nothing(write: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda given: "" if given is None or given == "" else write(given)


for _write in (
    formats.quantity,
    formats.delta,
    formats.money,
    formats.when,
    formats.until,
    formats.day,
    formats.days_from_today,
):
    register.filter(_write.__name__, _or_nothing(_write))
register.filter("exactly", _or_nothing(formats.exactly))

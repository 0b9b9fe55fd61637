"""A column of a list: what stands in its cells, on the page and in an export."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from pages import formats

type Cell = Callable[[Any], str]
type Read = Callable[[Any], Any]


@dataclass(frozen=True)
class Column:
    """A column. `name` stands in the URL and is, unless told, the attribute that is shown.

    `cell` is a template or a part of one (`inventory/items.html#sku`), which gets `row` and
    `value`, or a function of the row that returns HTML made by `format_html`, which is faster.
    `sort` is the ORM path that sorts it: an index on (it, id) keeps that fast. `value` reads what
    is exported and what `cell` gets. `default` tells whether it is shown to who chose nothing,
    `phone` whether a screen as narrow as a phone has room for it.
    """

    name: str
    label: str
    cell: str | Cell = ""
    sort: str | None = None
    numeric: bool = False
    value: Read | None = None
    default: bool = True
    phone: bool = True

    @property
    def css(self) -> str:
        """Give the classes of its cells."""
        return " ".join(["number"] * self.numeric + ["roomy"] * (not self.phone))

    def read(self, row: Any) -> Any:
        """Give the bare value of this column in `row`."""
        return self.value(row) if self.value else getattr(row, self.name)


def plainly(value: Any) -> str | SafeString:
    """Write a value whose column has no `cell` of its own."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case 0:
            return format_html('<span class="zero">{}</span>', 0)
        case int():
            return formats.quantity(value)
        case datetime():
            return formats.when(value)
        case _:
            return str(value)

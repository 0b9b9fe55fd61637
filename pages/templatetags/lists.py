"""The cells of a list."""

from typing import Any

from django import template
from django.template import Context, Engine
from django.utils.html import format_html

from pages.columns import Column, plainly
from pages.lists import ListSpec

register = template.Library()


@register.simple_tag(takes_context=True)
def cell(context: Context, column: Column, row: Any) -> str:
    """Write what stands in `column` of `row`."""
    if callable(column.cell):
        return column.cell(row)
    value = column.read(row)
    if not column.cell:
        return plainly(value)
    # As an include does it: in the context of the page, not in one made anew for each cell.
    part = Engine.get_default().get_template(column.cell)
    with context.push(row=row, value=value):
        return part.render(context)


@register.simple_tag
def row_url(spec: ListSpec, row: Any) -> str:
    """Write where Enter on a row leads, as an attribute for the keyboard; nothing when nowhere."""
    find = spec.row_url or getattr(type(row), "get_absolute_url", None)
    return format_html(' data-href="{}"', find(row)) if find else ""

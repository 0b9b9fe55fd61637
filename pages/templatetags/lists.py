"""The cells of a list."""

from typing import Any

from django import template
from django.template import Context, Engine

from pages.columns import Column, plainly

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

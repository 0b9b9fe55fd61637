"""The list engine: a list is a declaration of columns, filters, sort keys and views.

What the URL means is written down in `pages/asked.py`, what is exported in `pages/exports.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from pages.asked import Asked, read
from pages.columns import Column
from pages.exports import csv_of
from pages.filters import ByCode, Choice, DateRange, Exact, Filter, FilterRefused, Flag
from pages.keyset import About, Page, about, keyset, refuse_foreign
from pages.parts import asks_for_part, render_part

__all__ = [
    "About",
    "ByCode",
    "Choice",
    "Column",
    "DateRange",
    "Empty",
    "Exact",
    "Filter",
    "FilterRefused",
    "Flag",
    "ListSpec",
    "Page",
    "View",
    "about",
    "keyset",
    "show_list",
]

LIST = "pages/list.html"


@dataclass(frozen=True, kw_only=True, slots=True)
class Empty:
    """What a list says while nothing is in it: why, and the one thing to do next.

    `kind` is the drawing: `start` (a first box) or `done` (all boxes ticked).
    """

    title: str
    sentence: str
    label: str = ""
    url: str = ""
    kind: str = "start"


@dataclass(frozen=True, slots=True)
class View:
    """A tab: filters that are often wanted together. `count` gives the number on it, cheaply."""

    label: str
    filters: Mapping[str, str] = field(default_factory=dict)
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListSpec:
    """A list. `name` stands in file names, `one` and `many` are what a row and rows are called.

    `order` names a column that has `sort`, with `-` for descending. `search` narrows by a text.
    `export` is the permission that an export needs; None: there is none. `row_url` is where Enter
    leads. `prepare` gets the rows of a page and who asks before they are shown, to load in one
    query what the cells need. `legend` is a template that says under the rows what their colours
    mean.
    """

    name: str
    title: str
    one: str
    many: str
    columns: Sequence[Column]
    order: str
    empty: Empty
    filters: Sequence[Filter] = ()
    views: Sequence[View] = ()
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    search_hint: str = ""
    export: str | None = None
    row_url: Callable[[Any], str] | None = None
    prepare: Callable[[Sequence[Any], Any], None] | None = None
    legend: str = ""

    @property
    def searchable(self) -> bool:
        """Whether there is a search; a template cannot ask `search`, for it would call it."""
        return self.search is not None

    size: int = 50


def show_list(
    request: HttpRequest,
    spec: ListSpec,
    queryset: QuerySet[Any],
    *,
    template: str = LIST,
    extra: Mapping[str, Any] | None = None,
) -> HttpResponseBase:
    """Show the rows of `queryset` that the URL asks for, or export them.

    `queryset` is what this person may see at all. `template` extends the engine's and may fill its
    block `actions`; `extra` goes to it as it is.

    :raises BadRequest: if the URL holds what this list does not know
    :raises PermissionDenied: if the person may not export
    """
    user = request.user
    asked = read(request.GET, spec, user)
    rows = asked.narrow(queryset, spec)
    may_export = spec.export is not None and user.has_perm(spec.export)
    if asked.csv:
        if not may_export:
            raise PermissionDenied("Your role does not include this export.")
        if asked.problem:
            raise BadRequest(asked.problem)
        # It has all pages, whichever it was asked from; an edited address gets none.
        refuse_foreign(
            rows, asked.after, asked.before, by=asked.sort_key, descending=asked.descending
        )
        return csv_of(request, rows, spec, asked)
    page = _page(rows, spec, asked, user)
    context = {
        "spec": spec,
        "asked": asked,
        "page": page,
        "headers": [_header(column, asked) for column in asked.columns],
        "chips": [
            {"label": each.label, "words": each.words, "url": asked.url(without=[*each.parameters])}
            for each in asked.chosen
        ],
        "views": _views(spec, asked, user),
        "fields": [one for each in spec.filters for one in each.fields(request.GET, user)],
        "column_choice": [
            {"name": each.name, "label": each.label, "shown": each in asked.columns}
            for each in spec.columns
        ],
        # What a form must carry along, for it asks for its own inputs alone.
        "kept": {
            "search": asked.parameters(without=["q"]),
            "filters": asked.parameters(without=_names(spec)),
            "columns": asked.parameters(without=["columns"]),
        },
        "urls": {
            "next": page.after and asked.url(after=page.after),
            "previous": page.before and asked.url(before=page.before),
            "export": asked.url(format="csv") if may_export else "",
            "all": asked.url(without=["q", *_names(spec)]),
        },
        **(extra or {}),
    }
    # A template that extends the engine's has no parts of its own: they are the engine's.
    name = LIST if asks_for_part(request) else template
    return render_part(request, name, "results", context, status=400 if asked.problem else 200)


def _page(rows: QuerySet[Any], spec: ListSpec, asked: Asked, user: Any) -> Page[Any]:
    # A question that cannot be read has no answer; the rows of another question are none.
    page = keyset(
        rows.none() if asked.problem else rows,
        by=asked.sort_key,
        descending=asked.descending,
        after=asked.after,
        before=asked.before,
        size=spec.size,
    )
    if spec.prepare and page.rows:
        spec.prepare(page.rows, user)
    return page


def _header(column: Column, asked: Asked) -> dict[str, Any]:
    here = column.name == asked.sort.name
    direction = "descending" if asked.descending else "ascending"
    return {
        "column": column,
        "url": asked.sorted_by(column) if column.sort else "",
        "sorted": direction if here else "",
    }


def _names(spec: ListSpec) -> list[str]:
    return [name for each in spec.filters for name in each.parameters]


def _views(spec: ListSpec, asked: Asked, user: Any) -> list[dict[str, Any]]:
    narrowed: dict[str, str] = {}
    for each in asked.chosen:
        narrowed.update(each.parameters)
    # Other filters may be set on top, so the view that says most of what is asked is the one.
    asked_for = [view for view in spec.views if view.filters.items() <= narrowed.items()]
    here = max(asked_for, key=lambda view: len(view.filters), default=None)
    return [
        {
            "label": view.label,
            "url": asked.url(without=["q", *_names(spec)], **view.filters),
            "active": view is here,
            "count": view.count(user) if view.count else None,
        }
        for view in spec.views
    ]

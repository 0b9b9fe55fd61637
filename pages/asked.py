"""What the URL of a list asks for, and the URLs that ask for a little else.

`q` text · a filter's own names · `sort` column, `-` before it for descending · `columns` names,
apart by commas or given again and again · `after`, `before` signed cursors · `format=csv`.

A parameter that no list knows is ignored: mail programs add their own. A *value* that a known one
does not have is refused with 400, never ignored: who asks for less must not be shown more. What a
person types, text and filters, is refused in the list itself, where it can be typed anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import QueryDict

from pages import typed
from pages.columns import Column
from pages.filters import Chosen, FilterRefused, Rows

if TYPE_CHECKING:
    from pages.lists import ListSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One reading of the URL. `problem` is a sentence when text or filters cannot be read."""

    text: str
    chosen: Sequence[Chosen]
    problem: str
    columns: Sequence[Column]
    columns_given: bool
    sort: Column
    descending: bool
    sort_given: bool
    after: str | None
    before: str | None
    csv: bool

    @property
    def sort_key(self) -> str:
        """The ORM path of the order."""
        return self.sort.sort or self.sort.name

    @property
    def narrowed(self) -> bool:
        """Whether rows may be missing because they were not asked for."""
        return bool(self.text or self.chosen)

    def narrow(self, rows: Rows, spec: "ListSpec") -> Rows:
        """Keep the rows that were asked for."""
        for chosen in self.chosen:
            rows = chosen.narrow(rows)
        return spec.search(rows, self.text) if spec.search and self.text else rows

    def parameters(self, *, without: Sequence[str] = ()) -> dict[str, str]:
        """Give the part of the URL that stays when a link is followed; never a cursor."""
        kept: dict[str, str] = {"q": self.text} if self.text else {}
        for chosen in self.chosen:
            kept.update(chosen.parameters)
        if self.sort_given:
            kept["sort"] = f"-{self.sort.name}" if self.descending else self.sort.name
        if self.columns_given:
            kept["columns"] = ",".join(column.name for column in self.columns)
        return {name: value for name, value in kept.items() if name not in without}

    def url(self, *, without: Sequence[str] = (), **more: str) -> str:
        """Give the URL that asks the same, `without` some parameters and with `more`."""
        return "?" + urlencode({**self.parameters(without=without), **more})

    def sorted_by(self, column: Column) -> str:
        """Give the URL that sorts by `column`, the other way round when it does so already."""
        down = column.name == self.sort.name and not self.descending
        return self.url(sort=f"-{column.name}" if down else column.name)


def read(given: QueryDict, spec: "ListSpec", user: Any) -> Asked:
    """Read what the URL of a list asks for.

    :raises BadRequest: if it names a column, an order or a format that the list does not have
    """
    problem, text, chosen = "", "", []
    try:
        text = typed.one_line(given.get("q", ""))
    except typed.Unreadable as refusal:
        problem = str(refusal)
    for each in spec.filters:
        try:
            chosen.append(each.read(given, user))
        except FilterRefused as refusal:
            problem = problem or str(refusal)
    sort, descending = _order(given.get("sort") or spec.order, spec)
    if given.get("format", "csv") != "csv":
        raise BadRequest("A list is exported as csv, in no other format.")
    return Asked(
        text=text,
        chosen=[each for each in chosen if each],
        problem=problem,
        columns=_columns(given, spec),
        columns_given=bool(given.get("columns")),
        sort=sort,
        descending=descending,
        sort_given=bool(given.get("sort")),
        after=given.get("after") or None,
        before=given.get("before") or None,
        csv="format" in given,
    )


def _order(text: str, spec: "ListSpec") -> tuple[Column, bool]:
    descending, name = text.startswith("-"), text.removeprefix("-")
    for column in spec.columns:
        if column.name == name and column.sort:
            return column, descending
    able = ", ".join(column.name for column in spec.columns if column.sort)
    raise BadRequest(f"This list cannot be sorted by “{name}”. It can be by: {able}.")


def _columns(given: QueryDict, spec: "ListSpec") -> list[Column]:
    names = [name for part in given.getlist("columns") for name in part.split(",") if name]
    if not names:
        return [column for column in spec.columns if column.default]
    unknown = set(names) - {column.name for column in spec.columns}
    if unknown:
        known = ", ".join(column.name for column in spec.columns)
        raise BadRequest(f"This list has no column “{min(unknown)}”. It has: {known}.")
    return [column for column in spec.columns if column.name in names]

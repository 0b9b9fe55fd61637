"""What narrows a list: each filter reads its part of the URL and says in words what it does.

A value that a filter does not know is refused, never ignored: who asks for less must not be shown
more, least of all in an export.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from pages import formats, typed

type Rows = QuerySet[Any]
type Options = Iterable[tuple[str, str]]


class FilterRefused(ValueError):
    """A filter cannot read its value. The text is fit to show."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A filter that is set: the words of its chip, its part of the URL, how it narrows."""

    label: str
    words: str
    parameters: Mapping[str, str]
    narrow: Callable[[Rows], Rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """An input of the filter form. `kind` is select, checkbox, text or date."""

    kind: str
    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""


@dataclass(frozen=True)
class Filter(ABC):
    """One question that a list may be asked. `name` stands in the URL, `label` on the page."""

    name: str
    label: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters in the URL."""
        return (self.name,)

    @abstractmethod
    def read(self, given: Mapping[str, str], user: Any) -> Chosen | None:
        """Read the URL; None when this filter is not set.

        :raises FilterRefused: if the value is not one of its own
        """

    @abstractmethod
    def fields(self, given: Mapping[str, str], user: Any) -> list[Field]:
        """Give the inputs of the filter form, filled as the URL says."""


class OneValue(Filter):
    """A filter whose whole question is one value."""

    def read(self, given: Mapping[str, str], user: Any) -> Chosen | None:
        value = _text(given, self.name, self.label)
        return self.chosen(value, user) if value else None

    @abstractmethod
    def chosen(self, value: str, user: Any) -> Chosen:
        """Understand one value, which is not empty.

        :raises FilterRefused: if it is not one of its own
        """

    def _chosen(self, value: str, words: str, narrow: Callable[[Rows], Rows]) -> Chosen:
        return Chosen(label=self.label, words=words, parameters={self.name: value}, narrow=narrow)


@dataclass(frozen=True)
class Choice(OneValue):
    """One of a few. `choices` are (value, label), or a function of the user that gives them.

    `lookup` is what the value is compared with, by default the column `name`; `narrow` does
    something else with it.
    """

    choices: Options | Callable[[Any], Options] = ()
    lookup: str = ""
    narrow: Callable[[Rows, str], Rows] | None = None

    def chosen(self, value: str, user: Any) -> Chosen:
        known = dict(self._options(user))
        if value not in known:
            raise FilterRefused(
                f"{self.label} cannot be “{value}”. It may be: {', '.join(known.values())}."
            )
        narrow = self.narrow or (lambda rows, value: rows.filter(**{self._lookup: value}))
        return self._chosen(value, known[value], lambda rows: narrow(rows, value))

    def fields(self, given: Mapping[str, str], user: Any) -> list[Field]:
        options = [("", "Any"), *self._options(user)]
        value = given.get(self.name, "")
        return [
            Field(kind="select", name=self.name, label=self.label, value=value, options=options)
        ]

    @property
    def _lookup(self) -> str:
        return self.lookup or self.name

    def _options(self, user: Any) -> list[tuple[str, str]]:
        options = self.choices(user) if callable(self.choices) else self.choices
        return [(str(value), str(label)) for value, label in options]


@dataclass(frozen=True)
class Flag(OneValue):
    """Yes, or not asked: `?low=1`. `narrow` keeps the rows of which it is true."""

    narrow: Callable[[Rows], Rows] = lambda rows: rows

    def chosen(self, value: str, user: Any) -> Chosen:
        if value != "1":
            raise FilterRefused(f"{self.label} is either 1 or left out, not “{value}”.")
        return self._chosen(value, "yes", self.narrow)

    def fields(self, given: Mapping[str, str], user: Any) -> list[Field]:
        value = given.get(self.name, "")
        return [Field(kind="checkbox", name=self.name, label=self.label, value=value)]


@dataclass(frozen=True)
class ByCode(OneValue):
    """A row of another table, named by its code in whatever case, as a place or an item is.

    `rows` gives what the user may see of that table; `lookup` is the foreign key, by default
    `name`; `narrow` gets the row itself, for a place with all beneath it.
    """

    rows: Callable[[Any], Rows] = lambda user: QuerySet()
    code: str = "code"
    lookup: str = ""
    narrow: Callable[[Rows, Any], Rows] | None = None
    hint: str = "Its code"

    def chosen(self, value: str, user: Any) -> Chosen:
        found = self.rows(user).filter(**{f"{self.code}__iexact": value}).first()
        if found is None:
            raise FilterRefused(f"No {self.label.lower()} here has the code “{value}”.")
        narrow = self.narrow or (
            lambda rows, found: rows.filter(**{self.lookup or self.name: found})
        )
        code = str(getattr(found, self.code))
        return self._chosen(code, code, lambda rows: narrow(rows, found))

    def fields(self, given: Mapping[str, str], user: Any) -> list[Field]:
        value = given.get(self.name, "")
        return [Field(kind="text", name=self.name, label=self.label, value=value, hint=self.hint)]


@dataclass(frozen=True)
class Exact(OneValue):
    """A text that must be the same, as a reference; `lookup` by default the column `name`."""

    lookup: str = ""
    hint: str = ""

    def chosen(self, value: str, user: Any) -> Chosen:
        lookup = self.lookup or self.name
        return self._chosen(value, value, lambda rows: rows.filter(**{lookup: value}))

    def fields(self, given: Mapping[str, str], user: Any) -> list[Field]:
        value = given.get(self.name, "")
        return [Field(kind="text", name=self.name, label=self.label, value=value, hint=self.hint)]


@dataclass(frozen=True)
class DateRange(Filter):
    """From a day to a day, both included, in the business's time zone.

    `?moved_from=2026-11-01&moved_to=2026-11-30`, either may be left out. `lookup` is a datetime
    column, by default `name`.
    """

    lookup: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to")

    def read(self, given: Mapping[str, str], user: Any) -> Chosen | None:
        days = {name: self._day(given, name) for name in self.parameters}
        first, last = days.values()
        if first and last and first > last:
            raise FilterRefused(
                f"{self.label}: {formats.day(first)} is after {formats.day(last)}. Swap them."
            )
        if not first and not last:
            return None
        return Chosen(
            label=self.label,
            words=_from_to(first, last),
            parameters={name: day.isoformat() for name, day in days.items() if day},
            narrow=lambda rows: rows.filter(**self._between(first, last)),
        )

    def fields(self, given: Mapping[str, str], user: Any) -> list[Field]:
        return [
            Field(kind="date", name=name, label=f"{self.label} {word}", value=given.get(name, ""))
            for name, word in zip(self.parameters, ("from", "to"), strict=True)
        ]

    def _day(self, given: Mapping[str, str], name: str) -> date | None:
        text = _text(given, name, self.label)
        if not text:
            return None
        refused = FilterRefused(f"{self.label}: “{text}” is no day. Write it as 2026-11-30.")
        try:
            day = date.fromisoformat(text)
        except ValueError as failure:
            raise refused from failure
        # Beyond these the arithmetic of time zones ends.
        if not 1900 <= day.year < 3000:
            raise refused
        return day

    def _between(self, first: date | None, last: date | None) -> dict[str, datetime]:
        lookup = self.lookup or self.name
        bounds = {}
        if first:
            bounds[f"{lookup}__gte"] = _midnight(first)
        if last:
            bounds[f"{lookup}__lt"] = _midnight(last + timedelta(days=1))
        return bounds


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _from_to(first: date | None, last: date | None) -> str:
    if first and last:
        return f"{formats.day(first)} to {formats.day(last)}"
    return f"from {formats.day(first)}" if first else f"until {formats.day(last or date.max)}"


def _text(given: Mapping[str, str], name: str, label: str) -> str:
    try:
        return typed.one_line(given.get(name, ""))
    except typed.Unreadable as refusal:
        raise FilterRefused(f"{label}: {refusal}") from refusal

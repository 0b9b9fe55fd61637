"""Counting a place: a sheet with a row for each item that stands there, each judged on its own."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from inventory import operations
from inventory.forms import SheetForm
from inventory.models import Item, Location, Lot, MovementKind, StockLevel, StockMovement
from inventory.operations import LevelChanged, Tally, WouldBreak
from inventory.views.broken import whom_it_breaks
from inventory.views.moving import place_to_book
from pages import typed
from pages.parts import render_part
from pages.requests import PageRequest

_ROWS = 100  # of one sheet; what stands there besides is on the next
_LOTS = 5  # that are offered of an item that should not stand here
_NOT_OURS = "This sheet was changed on its way. Open it anew."
_SEEN = re.compile(r"seen-([0-9]{1,18})-([0-9]{1,18})")
_FIGURES = re.compile(r"([0-9]{1,18})/([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Changed:
    """What was typed when others had been faster, and what stood there as the sheet was opened."""

    counted: str
    then: int


@dataclass
class Row:
    """A level on the sheet, as it was when the sheet was opened: `on_hand` at `version`.

    `given` is what was typed, `booked` the line that came of it; `changed` tells that others were
    faster, so that it must be counted again.
    """

    item: Item
    lot: Lot | None
    on_hand: int
    version: int
    given: str = ""
    problem: str = ""
    changed: Changed | None = None
    breaks: tuple[operations.Broken, ...] = ()
    booked: StockMovement | None = None
    focus: bool = False

    @property
    def name(self) -> str:
        return f"{self.item.pk}-{self.lot.pk if self.lot else 0}"


@dataclass
class Sheet:
    """The rows, in order; `problem` is what is wrong with the code that was scanned."""

    place: Location
    rows: dict[str, Row] = field(default_factory=dict)
    problem: str = ""

    def add(self, *rows: Row) -> None:
        self.rows |= {row.name: row for row in rows}

    def booked(self) -> list[StockMovement]:
        return [row.booked for row in self.rows.values() if row.booked]


@permission_required("inventory.count_stock", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def count_place(request: PageRequest, pk: int) -> HttpResponse:
    """Correct what stands at a place to what was counted, row by row.

    A form with a `code` looks for that item on the sheet, and books nothing.
    """
    place = place_to_book(request, pk)
    levels, after = _standing(request, place)
    if request.method != "POST":
        sheet = Sheet(place)
        sheet.add(*(_row(level) for level in levels))
        return _shown(request, sheet, SheetForm(rows=sheet.rows), after)
    sheet = _read(request, place)
    form = SheetForm(request.POST, rows=[row.name for row in sheet.rows.values() if not row.booked])
    if request.POST.get("code") or "find" in request.POST:
        _find(request, sheet)
    elif _complain(sheet, form):
        _book(request, sheet, form)
    return _shown(request, sheet, form, after)


def _standing(request: PageRequest, place: Location) -> tuple[list[StockLevel], str]:
    """What stands at the place on this page of the sheet, and the SKU that begins the next."""
    levels = (
        StockLevel.objects.for_user(request.user)
        .filter(location=place, on_hand__gt=0)
        .select_related("item", "lot")
        .order_by("item__sku", "item", "lot__expires_on", "lot")
    )
    begins = request.GET.get("from", "")
    if "\x00" in begins:
        raise BadRequest(_NOT_OURS)
    page = list(levels.filter(item__sku__gte=begins)[: _ROWS + 1])
    return page[:_ROWS], page[_ROWS].item.sku if len(page) > _ROWS else ""


def _row(level: StockLevel) -> Row:
    return Row(level.item, level.lot, level.on_hand, level.version)


def _read(request: PageRequest, place: Location) -> Sheet:
    """The sheet as it was sent: it is a picture of the place from when it was opened."""
    sheet, given = Sheet(place), request.POST
    names = [match for name in given if (match := _SEEN.fullmatch(name))]
    items = Item.objects.for_user(request.user).in_bulk([int(name[1]) for name in names])
    lots = Lot.objects.for_user(request.user).in_bulk([int(name[2]) for name in names])
    booked = _booked(request, place)
    for name in names:
        item, lot = items.get(int(name[1])), lots.get(int(name[2]))
        seen = _FIGURES.fullmatch(given[name[0]])
        if item is None or seen is None or (lot is None) != (int(name[2]) == 0):
            raise BadRequest(_NOT_OURS)
        if lot is not None and lot.item_id != item.pk:
            raise BadRequest(_NOT_OURS)
        row = Row(item, lot, on_hand=int(seen[2]), version=int(seen[1]))
        row.given = given.get(f"counted-{row.name}", "")[:30]
        row.booked = booked.get(row.name)
        sheet.add(row)
    return sheet


def _booked(request: PageRequest, place: Location) -> dict[str, StockMovement]:
    """What was booked of this sheet before, by the names of its rows."""
    numbers = [int(text) for text in request.POST.getlist("booked") if _is_number(text)]
    lines = StockMovement.objects.for_user(request.user).filter(
        pk__in=numbers, kind=MovementKind.COUNT, level__location=place
    )
    return {
        f"{line.level.item_id}-{line.level.lot_id or 0}": line
        for line in lines.select_related("level")
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


def _complain(sheet: Sheet, form: SheetForm) -> bool:
    """Say beside each row what is wrong with its number; whether the others can be booked."""
    form.full_clean()
    for row in sheet.rows.values():
        row.problem = form.wrong_with(row.name)
    return not form.non_field_errors() and "accepts" not in form.errors


def _book(request: PageRequest, sheet: Sheet, form: SheetForm) -> None:
    asked = [(row, form.number_of(row.name)) for row in sheet.rows.values()]
    rows = [(row, counted) for row, counted in asked if counted is not None]
    outcomes = operations.count_place(
        place=sheet.place.code,
        tallies=[
            Tally(row.item.sku, row.lot.code if row.lot else "", counted, row.version)
            for row, counted in rows
        ],
        actor=request.user,
        key=form.key,
        accepts=form.cleaned_data["accepts"],
    )
    for (row, _), outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, StockMovement):
            row.booked, row.given = outcome, ""
        elif isinstance(outcome, LevelChanged):
            _renew(request, sheet, row)
        elif isinstance(outcome, WouldBreak):
            row.breaks = outcome.breaks
        else:
            row.problem = str(outcome)


def _renew(request: PageRequest, sheet: Sheet, row: Row) -> None:
    """Show the row as it is now; what was typed was counted of something else, so it is gone."""
    level = (
        StockLevel.objects.for_user(request.user)
        .filter(item=row.item, location=sheet.place, lot=row.lot)
        .first()
    )
    row.changed = Changed(counted=row.given, then=row.on_hand)
    row.given = ""
    row.on_hand, row.version = (level.on_hand, level.version) if level else (0, 0)


def _find(request: PageRequest, sheet: Sheet) -> None:
    """Go to the rows of the item that was scanned, or add them."""
    try:
        code = typed.one_line(request.POST.get("code", ""))
    except typed.Unreadable as unread:
        sheet.problem = str(unread)
        return
    if not code:
        return
    item = Item.objects.for_user(request.user).by_code(code).first()
    if item is None:
        sheet.problem = f"No item is called “{code}”. Scan again, or type its SKU."
        return
    here = [row for row in sheet.rows.values() if row.item == item]
    if not here:
        here = _unexpected(request, sheet.place, item)
        sheet.rows = {row.name: row for row in here} | sheet.rows
    if not here:
        sheet.problem = _why_not(item)
    elif open_rows := [row for row in here if not row.booked]:
        open_rows[0].focus = True
    else:
        sheet.problem = f"{item.sku} is counted already. Open the sheet anew to count it again."


def _unexpected(request: PageRequest, place: Location, item: Item) -> list[Row]:
    """Rows of an item that is not on this sheet: as it stands here, or as nothing of it does."""
    if not item.stocked:
        return []
    levels = StockLevel.objects.for_user(request.user).filter(item=item, location=place)
    known = {level.lot_id: level for level in levels.select_related("item", "lot")}
    if standing := [level for level in known.values() if level.on_hand]:
        return [_row(level) for level in standing]
    if not item.tracks_lots:
        return [_row(known[None]) if None in known else Row(item, None, 0, 0)]
    lots = Lot.objects.for_user(request.user).filter(item=item).by_expiry().reverse()[:_LOTS]
    return [_row(known[lot.pk]) if lot.pk in known else Row(item, lot, 0, 0) for lot in lots]


def _why_not(item: Item) -> str:
    if not item.stocked:
        return f"{item.sku} is not kept in stock, only sold."
    return f"{item.sku} is tracked by lot, and has none yet: receive it first."


def _shown(request: PageRequest, sheet: Sheet, form: SheetForm, after: str) -> HttpResponse:
    rows = list(sheet.rows.values())
    breaks = [each for row in rows for each in row.breaks]
    warned = whom_it_breaks(request, breaks)
    whom = {each["promise"]: each for each in warned.get("breaks", [])}
    wrong = [row for row in rows if row.problem or row.breaks or row.changed]
    if wrong and not any(row.focus for row in rows):
        wrong[0].focus = True
    booked = sheet.booked()
    context: dict[str, Any] = {
        "place": sheet.place,
        "form": form,
        "rows": [(row, [whom[each] for each in row.breaks]) for row in rows],
        "problem": sheet.problem,
        "accepts": warned.get("accepts", ""),
        "breaks": len(breaks),
        "wrong": len(wrong),
        "left": len(rows) - len(booked),
        "booked": len(booked),
        "differ": sum(1 for line in booked if line.on_hand_delta),
        "change": sum(line.on_hand_delta for line in booked),
        "begins": request.GET.get("from", ""),
        "after": after,
    }
    status = 422 if wrong or sheet.problem or (form.is_bound and form.non_field_errors()) else 200
    return render_part(request, "inventory/count_place.html", "sheet", context, status=status)

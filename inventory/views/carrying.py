"""Moving goods with a scanner: the place they leave, what is taken, the place where they go."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Sum
from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from accounts.models import User
from inventory import operations
from inventory.forms import LoadForm, PlaceField
from inventory.models import Item, Location, Lot, Pack, StockLevel, StockMovement
from inventory.operations import Portion, WouldBreak
from inventory.views.broken import whom_it_breaks
from pages import typed
from pages.parts import render_part
from pages.requests import PageRequest

_REMEMBERED = 30  # scans that can be undone, and lines that are still shown when they are booked
_NOT_OURS = "This page was changed on its way. Open it anew."
_ROW = re.compile(r"moved-([0-9]{1,18})-([0-9]{1,18})")
_SCAN = re.compile(r"([0-9]{1,18}-[0-9]{1,18}):([0-9]{1,10})")
_CARRIED = re.compile(r"([0-9]{1,18}):([0-9]{1,10})")


@dataclass
class Row:
    """What is taken of an item, or of one lot of it: `given` is what stands in the field.

    `on_hand` stands of it at the place that it leaves.
    """

    item: Item
    lot: Lot | None
    given: str = ""
    on_hand: int = 0
    problem: str = ""
    breaks: tuple[operations.Broken, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.item.pk}-{self.lot.pk if self.lot else 0}"

    @property
    def beyond(self) -> bool:
        """Whether more was scanned than should stand there."""
        return self.given.isdecimal() and int(self.given) > self.on_hand


@dataclass(frozen=True, slots=True)
class Scan:
    """So many base units of a row, by one scan."""

    row: str
    quantity: int


@dataclass
class Load:
    """What is being moved. Nothing of it is stored before it stands in its new place."""

    source: Location | None = None
    target: Location | None = None
    rows: dict[str, Row] = field(default_factory=dict)
    scans: list[Scan] = field(default_factory=list)
    carried: list[tuple[int, int]] = field(default_factory=list)  # movement, and how many it took
    problem: str = ""


@permission_required("inventory.move_stock", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def move_load(request: PageRequest) -> HttpResponse:
    """Move what is scanned between two places; the scan of the second one books it."""
    if request.method != "POST":
        load = Load()
        if code := request.GET.get("from", ""):
            load.source = _place(request.user, code, load)
        return _shown(request, load, LoadForm(rows=()))
    load = _read(request)
    form = LoadForm(request.POST, rows=load.rows)
    form.full_clean()
    if "undo" in request.POST:
        _undo(load, form)
    elif drop := request.POST.get("drop"):
        load.rows.pop(drop, None)
    elif "move" in request.POST or "accepts" in request.POST or _scan(request, load, form):
        _book(request, load, form)
        form = LoadForm(rows=())  # what is sent next is asked for anew
    return _shown(request, load, form)


def _read(request: PageRequest) -> Load:
    """The load as it was sent."""
    given, load = request.POST, Load()
    if code := given.get("from", ""):
        load.source = _place(request.user, code, load)
    if code := given.get("to", ""):
        load.target = _place(request.user, code, load)
    for row in _rows(given, request.user):
        load.rows[row.name] = row
    for row_name, quantity in _pairs(_SCAN, given.getlist("scan")):
        load.scans.append(Scan(row_name, int(quantity)))
    for movement, quantity in _pairs(_CARRIED, given.getlist("carried")):
        load.carried.append((int(movement), int(quantity)))
    return load


def _rows(given: QueryDict, user: User) -> Iterable[Row]:
    # The newest stands at the top of the page.
    names = [match for name in reversed(list(given)) if (match := _ROW.fullmatch(name))]
    items = Item.objects.for_user(user).in_bulk([int(name[1]) for name in names])
    lots = Lot.objects.for_user(user).in_bulk([int(name[2]) for name in names])
    for name in names:
        item, lot = items.get(int(name[1])), lots.get(int(name[2]))
        if item is None or (lot is None) != (int(name[2]) == 0):
            raise BadRequest(_NOT_OURS)
        if lot is not None and lot.item_id != item.pk:
            raise BadRequest(_NOT_OURS)
        yield Row(item, lot, given=given.get(name[0], "").strip()[:30])


def _pairs(pattern: re.Pattern[str], texts: list[str]) -> list[tuple[str, str]]:
    matches = [pattern.fullmatch(text) for text in texts[-_REMEMBERED:]]
    if not all(matches):
        raise BadRequest(_NOT_OURS)
    return [(match[1], match[2]) for match in matches if match]


def _place(user: User, code: str, load: Load) -> Location | None:
    """The place that is called so, if this person may move what stands there; else says why not."""
    field = PlaceField()
    field.for_user(user)
    try:
        return Location.objects.for_user(user).get(code=field.clean(code))
    except ValidationError as refusal:
        load.problem = " ".join(refusal.messages)
        return None


def _scan(request: PageRequest, load: Load, form: LoadForm) -> bool:
    """Take in what was scanned; whether it was the place where the load goes."""
    try:
        code = typed.one_line(request.POST.get("code", ""))
    except typed.Unreadable as unread:
        load.problem = str(unread)
        return False
    if not code:
        return False
    if load.source is None:
        load.source = _place(request.user, code, load)
        return False
    item = Item.objects.for_user(request.user).by_code(code).first()
    if item is not None:
        pack = Pack.objects.filter(item=item, barcodes__code=code).first()
        _take(load, form, item, None, pack.factor if pack else 1)
        return False
    if Location.objects.for_user(request.user).filter(code__iexact=code).exists():
        return _arrives(request.user, code, load)
    _take_of_lot(request.user, code, load, form)
    return False


def _arrives(user: User, code: str, load: Load) -> bool:
    place = _place(user, code, load)
    if place is None:
        return False
    if not load.rows:
        load.source = place  # nothing was taken yet: somebody begins at another place
        return False
    if place == load.source:
        load.problem = f"It stands at {place.code} already. Scan the place where it goes."
        return False
    load.target = place
    return True


def _take_of_lot(user: User, code: str, load: Load, form: LoadForm) -> None:
    lots = Lot.objects.for_user(user).filter(code__iexact=code).select_related("item")
    standing = _levels(user, load).filter(lot__in=lots).values_list("lot", flat=True)
    here = [lot for lot in lots if lot.pk in standing]
    if len(here) == 1:
        _take(load, form, here[0].item, here[0], 1)
    elif here:
        load.problem = f"Several items at {load.source} have a lot “{code}”. Scan the item."
    elif lots:
        load.problem = (
            f"None of the lot {lots[0].code} should stand at {load.source}. Count it there first."
        )
    else:
        load.problem = f"No item, place or lot is called “{code}”. Scan it again, or type it."


def _take(load: Load, form: LoadForm, item: Item, lot: Lot | None, quantity: int) -> None:
    row = Row(item, lot)
    if wrong := form.wrong_with(row.name):
        load.problem = f"How many of {item.sku} is no number yet: {wrong}"
        return
    row.given = str((form.number_of(row.name) or 0) + quantity)
    load.rows.pop(row.name, None)
    load.rows[row.name] = row
    load.scans.append(Scan(row.name, quantity))


def _undo(load: Load, form: LoadForm) -> None:
    """Take the last scan back."""
    if not load.scans:
        return
    last = load.scans.pop()
    row = load.rows.get(last.row)
    if row is None:
        return
    left = (form.number_of(last.row) or 0) - last.quantity
    if left > 0:
        row.given = str(left)
    else:
        del load.rows[last.row]


def _levels(user: User, load: Load) -> Any:
    return StockLevel.objects.for_user(user).filter(location=load.source, on_hand__gt=0)


def _book(request: PageRequest, load: Load, form: LoadForm) -> None:
    """Move row by row; what was refused stays on the page, and says why."""
    if load.source is None or load.target is None or not load.rows or form.non_field_errors():
        load.problem = load.problem or _missing(load, form)
        return
    for row in load.rows.values():
        row.problem = form.wrong_with(row.name)
        if not row.problem and form.number_of(row.name) is None:
            row.problem = "How many? A whole number, or take it off the list."
    rows = [row for row in load.rows.values() if not row.problem]
    outcomes = operations.move_load(
        place=load.source.code,
        to_place=load.target.code,
        portions=[
            Portion(row.item.sku, row.lot.code if row.lot else "", form.number_of(row.name) or 0)
            for row in rows
        ],
        actor=request.user,
        key=form.key,
        accepts=form.cleaned_data.get("accepts", frozenset()),
    )
    for row, outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, StockMovement):
            load.carried.append((outcome.pk, form.number_of(row.name) or 0))
            del load.rows[row.name]
        elif isinstance(outcome, WouldBreak):
            row.breaks = outcome.breaks
        else:
            row.problem = str(outcome)
    load.scans = [scan for scan in load.scans if scan.row in load.rows]
    if not load.rows:
        load.source = load.target = None


def _missing(load: Load, form: LoadForm) -> str:
    if errors := form.non_field_errors():
        return " ".join(map(str, errors))
    if load.source is None:
        return "Scan the place that it leaves."
    return "Scan the place where it goes." if load.rows else "Scan what is taken first."


def _shown(request: PageRequest, load: Load, form: LoadForm) -> HttpResponse:
    rows = list(load.rows.values())[::-1]  # the newest is read first
    _see_what_stands(request.user, load)
    breaks = [each for row in rows for each in row.breaks]
    warned = whom_it_breaks(request, breaks)
    whom = {each["promise"]: each for each in warned.get("breaks", [])}
    wrong = [row for row in rows if row.problem or row.breaks]
    last = load.scans[-1] if load.scans else None
    context: dict[str, Any] = {
        "load": load,
        "form": form,
        "rows": [(row, [whom[each] for each in row.breaks]) for row in rows],
        "pieces": sum(int(row.given) for row in rows if row.given.isdecimal()),
        "last": last,
        "scanned": load.rows.get(last.row) if last else None,
        "accepts": warned.get("accepts", ""),
        "breaks": len(breaks),
        "wrong": len(wrong),
        "carried": _carried(request, load),
    }
    status = 422 if wrong or load.problem else 200
    return render_part(request, "inventory/move_load.html", "moving", context, status=status)


def _see_what_stands(user: User, load: Load) -> None:
    """Tell each row how much of it stands at the place that it leaves."""
    items = {row.item.pk for row in load.rows.values()}
    sums = (
        _levels(user, load)
        .filter(item__in=items)
        .order_by()
        .values_list("item", "lot")
        .annotate(total=Sum("on_hand"))
    )
    standing = list(sums)
    for row in load.rows.values():
        lot = row.lot and row.lot.pk
        row.on_hand = sum(
            total
            for item, of_lot, total in standing
            if item == row.item.pk and lot in (None, of_lot)
        )


def _carried(request: PageRequest, load: Load) -> list[tuple[StockMovement, int]]:
    """The lines that were booked from this page, the newest first, with how many each took."""
    lines = (
        StockMovement.objects.for_user(request.user)
        .select_related("level__item", "level__location")
        .in_bulk([movement for movement, _ in load.carried])
    )
    return [
        (lines[movement], quantity)
        for movement, quantity in reversed(load.carried)
        if movement in lines
    ]

"""What must stand on the shelf before the first line is booked: the items, and enough of each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from accounts.access import EVERYWHERE
from accounts.models import User
from inventory import ledger
from inventory.ledger import Line, Request
from inventory.models import Item, Location, MovementKind, StockLevel, Unit
from inventory.models.movement import QUANTITY_MAX
from inventory.operations.sales_history.identity import Batch, Identified
from inventory.operations.sales_history.reading import is_goods
from inventory.operations.sales_history.report import Report

# So many levels are locked at once.
ITEMS_A_CALL = 200
OPENING = "opening:sales-history"
# Of a code with more descriptions, the later ones have no say in its name.
_NAMES_HEARD = 20


@dataclass(slots=True)
class Need:
    """What the files say of a code, in base units and in the order of booking.

    `lowest` is how far it would fall below where it stands now, and is never above 0.
    """

    running: int = 0
    lowest: int = 0
    first_at: datetime | None = None
    names: Counter[str] = field(default_factory=Counter)

    def learn(self, line: Identified) -> None:
        row = line.row
        self.first_at = min(self.first_at or row.at, row.at)
        self.running += row.change
        self.lowest = min(self.lowest, self.running)

    def hear(self, name: str) -> None:
        if name in self.names or len(self.names) < _NAMES_HEARD:
            self.names[name] += 1

    def name(self) -> str:
        """What it is called most often; nothing if nobody calls it anything."""
        return next((name for name, _ in self.names.most_common(1)), "")


def learn(batch: Batch, needs: dict[str, Need], report: Report) -> None:
    """Add to `needs`, by code, what these lines say."""
    report.rows += len(batch.lines)
    report.invoices += batch.invoices
    for _, lines in batch.acts():
        for line in lines:
            _learn_line(line, needs[line.row.code], batch, report)


def _learn_line(line: Identified, need: Need, batch: Batch, report: Report) -> None:
    row = line.row
    # What is said of a stray is why it was found or lost.
    if row.description and not row.is_stray:
        need.hear(row.description)
    if not row.is_booked:
        report.no_goods.add(row.code)
        report.not_stocked += 1
        return
    if row.is_unusual:
        report.unusual.add(row.code)
    if line.identity in batch.booked:
        report.already += 1
        return
    need.learn(line)


@transaction.atomic
def open_items(
    needs: dict[str, Need], *, shelf: Location, actor: User, dry_run: bool, report: Report
) -> dict[str, int]:
    """Make the items that are missing, and the opening receipts of all, for at most 200 codes.

    Gives the primary keys of those that are kept in stock, by code; 0 for one that a dry run lacks.
    """
    known = _items(actor, list(needs))
    missing = [code for code in needs if code not in known]
    report.new_items += len(missing)
    if not dry_run:
        _make(missing, needs)
        known = _items(actor, list(needs))
    stocked = {code: item.pk for code, item in known.items() if item.stocked}
    if dry_run:
        stocked |= {code: 0 for code in missing if is_goods(code)}
    receipts = _receipts(stocked, needs, shelf, actor)
    report.openings += len(receipts)
    if not dry_run:
        ledger.post(receipts)
    return stocked


def _items(actor: User, codes: Sequence[str]) -> dict[str, Item]:
    # Upper, as the index has it; Django's `iexact` takes one value at a time.
    found = Item.objects.for_user(actor).extra(
        where=["upper(inventory_item.sku) = ANY(%s)"], params=[list(codes)]
    )
    return {item.sku.upper(): item for item in found}


def _make(codes: Sequence[str], needs: dict[str, Need]) -> None:
    piece = Unit.objects.get(code="piece")
    Item.objects.bulk_create(
        (
            Item(
                sku=code, name=needs[code].name()[:200] or code, unit=piece, stocked=is_goods(code)
            )
            for code in codes
        ),
        # Somebody may make the same item in this moment; theirs is kept.
        ignore_conflicts=True,
    )


def _receipts(
    items: dict[str, int], needs: dict[str, Need], shelf: Location, actor: User
) -> list[Request]:
    """What each item would fall short of."""
    levels = StockLevel.objects.filter(location=shelf, item__in=items.values())
    free = dict(levels.values_list("item_id", "available"))
    return [
        Request(
            MovementKind.RECEIVE,
            tuple(Line(item, part, shelf.pk) for part in _parts(short)),
            actor=actor.pk,
            scope=EVERYWHERE,
            reference=OPENING,
            effective_at=first_at - timedelta(seconds=1),
        )
        for code, item in items.items()
        if (first_at := needs[code].first_at)
        and (short := -(free.get(item, 0) + needs[code].lowest)) > 0
    ]


def _parts(quantity: int) -> Iterator[int]:
    """The quantity as one line of the ledger, or as several when it is too large for one."""
    while quantity > 0:
        yield min(quantity, QUANTITY_MAX)
        quantity -= QUANTITY_MAX

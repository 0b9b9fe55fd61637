"""Reading a sales history: rows as they stand in the files, and what is wrong with them."""

import csv
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.utils import timezone

from inventory.models import MovementKind
from inventory.models.item import SKU_MAX
from inventory.models.movement import QUANTITY_MAX

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
NO_GOODS = frozenset({"AMAZONFEE", "B", "BANK CHARGES", "C2", "CRUK", "D", "DOT", "M", "POST", "S"})
# Nearly every row; four times as fast as strptime.
_ISO = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", re.ASCII)
_FORMATS = ("%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M")


def is_goods(code: str) -> bool:
    """Charges, postage and vouchers are sold, and stand on no shelf; `code` is in upper case."""
    return not (code in NO_GOODS or code.startswith("GIFT_"))


class FileRefused(Exception):
    """A file cannot be read as a sales history. The text is fit to show."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one row; `row` counts from 1 and the header is row 1."""

    file: str
    row: int
    column: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class SalesRow:
    """One line of an invoice, in base units; `code` is in upper case."""

    file: str
    row: int
    invoice: str
    code: str
    description: str
    quantity: int
    at: datetime
    price: Decimal
    customer: str

    @property
    def is_booked(self) -> bool:
        """Bad debts (A…) and what is no goods move no stock."""
        return not self.invoice.startswith("A") and is_goods(self.code)

    @property
    def is_stray(self) -> bool:
        """Priced at nothing and sold to nobody: something was found, thrown away, damaged."""
        return self.price == 0 and not self.customer

    @property
    def is_unusual(self) -> bool:
        """A code that nobody has told us of: for a person to look at."""
        known = self.code.startswith("DCGS") or (self.code[:5].isdigit() and len(self.code) >= 5)
        return self.is_booked and not known

    @property
    def kind(self) -> MovementKind:
        """How it is booked. The sign decides, so that the sum of an item is what the file says."""
        if self.is_stray:
            return MovementKind.ADJUST
        return MovementKind.SHIP if self.quantity > 0 else MovementKind.RETURN

    @property
    def change(self) -> int:
        """What it does to the stock on hand."""
        return self.quantity if self.is_stray else -self.quantity


def read(paths: Sequence[Path]) -> Iterator[SalesRow | RowError]:
    """Read the files one after the other, a row at a time.

    :raises FileRefused: if a file is missing, no CSV of these columns, or no UTF-8
    """
    for path in paths:
        try:
            with _opened(path) as text:
                yield from _rows(path.name, text)
        except (OSError, EOFError) as failure:
            raise FileRefused(f"{path} cannot be read: {failure}.") from failure
        except UnicodeDecodeError as failure:
            raise FileRefused(f"{path.name} is no UTF-8. Save it as CSV UTF-8.") from failure
        except csv.Error as failure:
            raise FileRefused(f"{path.name} is no CSV: {failure}.") from failure


def _opened(path: Path) -> io.TextIOWrapper:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _rows(file: str, text: io.TextIOWrapper) -> Iterator[SalesRow | RowError]:
    lines = csv.reader(text)
    header = next(lines, [])
    if [name.strip() for name in header] != list(COLUMNS):
        raise FileRefused(
            f"{file} begins with {', '.join(header)[:100] or 'nothing'}. "
            f"Expected the columns {', '.join(COLUMNS)}, with commas between them."
        )
    for number, cells in enumerate(lines, start=2):
        if cells:
            yield _row(file, number, cells)


class _Wrong(Exception):
    """A value that cannot be read: its column, and what was expected there."""

    def __init__(self, column: str, expected: str, got: str) -> None:
        super().__init__(column)
        self.column, self.expected, self.got = column, expected, got


def _row(file: str, row: int, cells: list[str]) -> SalesRow | RowError:
    try:
        if len(cells) != len(COLUMNS):
            raise _Wrong("", f"{len(COLUMNS)} values", f"{len(cells)}")
        if any("\0" in cell for cell in cells):
            raise _Wrong("", "text without NUL", ",".join(cells).replace("\0", "\\0"))
        invoice, code, description, quantity, at, price, customer, _ = map(str.strip, cells)
        return SalesRow(
            file=file,
            row=row,
            invoice=_text("InvoiceNo", invoice, 20),
            code=_text("StockCode", code.upper(), SKU_MAX),
            description=description,
            quantity=_quantity(quantity),
            at=_moment(at),
            price=_money(price),
            customer=customer,
        )
    except _Wrong as wrong:
        return RowError(file, row, wrong.column, wrong.expected, wrong.got[:60])


def _text(column: str, text: str, longest: int) -> str:
    if not 0 < len(text) <= longest or not text.isprintable():
        raise _Wrong(column, f"1 to {longest} printable characters", text)
    return text


def _quantity(text: str) -> int:
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) < 11:
        quantity = int(text)
        if 0 < abs(quantity) <= QUANTITY_MAX:
            return quantity
    raise _Wrong("Quantity", "a whole number, not 0, of at most 1,000,000,000", text)


def _moment(text: str) -> datetime:
    moment = _local(text)
    if moment:
        # By the clock of the business.
        aware = moment.replace(tzinfo=timezone.get_default_timezone())
        if moment.year > 1900 and aware <= timezone.now():
            return aware
    raise _Wrong("InvoiceDate", "a day and a time of the past, as in 2010-12-01 08:26:00", text)


def _local(text: str) -> datetime | None:
    with suppress(ValueError):
        if _ISO.fullmatch(text):
            return datetime.fromisoformat(text)
    for format in _FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text, format)  # noqa: DTZ007 -- made aware by the caller
    return None


def _money(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise _Wrong("UnitPrice", "a number, as in 2.55", text)
    return amount

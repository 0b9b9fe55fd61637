"""The invented sales history, and what is to come of it by a reading of its own."""

import csv
import gzip
from collections import Counter
from pathlib import Path

from django.db.models import Sum

from inventory.models import StockMovement
from inventory.operations import sales_history
from tests.factories import make_user

FILE = Path(__file__).parent / "data" / "sales_history.csv"
ROWS = 299
BROKEN_ROWS = 14
NO_GOODS = {"AMAZONFEE", "B", "BANK CHARGES", "C2", "CRUK", "D", "DOT", "M", "POST", "S"}


def run(*paths, **options):
    """Import `paths`, or else the invented file, as an Admin."""
    return sales_history.import_sales_history(
        paths=paths or [FILE], actor=make_user(superuser=True), **options
    )


def lines_of_file() -> tuple[str, list[str]]:
    """The header of the invented file, and its lines."""
    header, *lines = FILE.read_text().splitlines(keepends=True)
    return header, lines


def write(path: Path, *lines: str) -> Path:
    """A sales history of these lines, given without their end."""
    header, _ = lines_of_file()
    path.write_text(header + "".join(f"{line}\n" for line in lines))
    return path


def sold(code: str, quantity: int = 1, *, invoice: str = "536365") -> str:
    """A line of an invoice."""
    return f"{invoice},{code},A THING,{quantity},2010-12-01 08:26:00,2.55,17850.0,United Kingdom"


def own_sums(*paths: Path, is_broken=lambda row: False):
    """What shipments and strays of each code come to."""
    sold, strays = Counter(), Counter()
    for path in paths:
        open_ = gzip.open if path.suffix == ".gz" else open
        with open_(path, "rt", encoding="utf-8", newline="") as text:
            for row in csv.DictReader(line.replace("\0", "\a") for line in text):
                code = (row["StockCode"] or "").strip().upper()
                if code in NO_GOODS or code.startswith("GIFT_") or is_broken(row):
                    continue
                if row["InvoiceNo"].startswith("A"):
                    continue
                stray = float(row["UnitPrice"]) == 0 and not row["CustomerID"]
                (strays if stray else sold)[code] += int(row["Quantity"])
    return sold, strays


def is_broken(row) -> bool:
    """In the invented file, broken rows are those of the invoices 7101xx, and one without."""
    invoice = row["InvoiceNo"]
    return not invoice or (invoice.startswith("7101") and len(invoice) >= 6)


def booked_sums():
    """The same of the ledger."""
    lines = StockMovement.objects.order_by().values("level__item__sku")
    sold = lines.filter(kind__in=["ship", "return"]).annotate(sum=Sum("on_hand_delta"))
    strays = lines.filter(kind="adjust").annotate(sum=Sum("on_hand_delta"))
    return tuple(
        Counter({row["level__item__sku"]: sign * row["sum"] for row in rows})
        for rows, sign in ((sold, -1), (strays, 1))
    )

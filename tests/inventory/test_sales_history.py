"""A real shop's sales, with every quirk they have."""

import csv
import gzip
import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum

from inventory import operations
from inventory.models import Item, MovementNote, SalesLine, StockLevel, StockMovement
from inventory.operations import sales_history
from tests import processes
from tests.eventually import eventually
from tests.factories import make_place, make_user

FILE = Path(__file__).parent / "data" / "sales_history.csv"
NO_GOODS = {"AMAZONFEE", "B", "BANK CHARGES", "C2", "CRUK", "D", "DOT", "M", "POST", "S"}
BROKEN_ROWS = 13
REAL = os.environ.get("BACKROOM_SALES_HISTORY")


def own_sums(*paths: Path):
    """What shipments and strays of each code come to, by a reading of its own."""
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
    lines = StockMovement.objects.order_by().values("level__item__sku")
    sold = lines.filter(kind__in=["ship", "return"]).annotate(sum=Sum("on_hand_delta"))
    strays = lines.filter(kind="adjust").annotate(sum=Sum("on_hand_delta"))
    return tuple(
        Counter({row["level__item__sku"]: sign * row["sum"] for row in rows})
        for rows, sign in ((sold, -1), (strays, 1))
    )


@pytest.fixture
def shelf(db):
    return make_place(code="A-01")


def run(*paths, **options):
    return sales_history.import_sales_history(
        paths=paths or [FILE], actor=make_user(superuser=True), **options
    )


@pytest.mark.usefixtures("shelf")
class TestImportSalesHistory:
    def test_books_what_the_file_says_of_every_code(self):
        run()

        assert booked_sums() == own_sums(FILE)
        assert operations.check_ledger(full=True).findings == []

    def test_keeps_a_line_for_each_line(self):
        report = run()

        assert report.rows == 299 - BROKEN_ROWS
        assert report.booked == report.rows - report.not_stocked == SalesLine.objects.count()

    def test_names_every_row_that_cannot_be_read(self):
        errors = run().errors

        assert len(errors) == BROKEN_ROWS
        assert {error.column for error in errors} == {
            "",
            "InvoiceNo",
            "StockCode",
            "Quantity",
            "InvoiceDate",
            "UnitPrice",
        }
        assert all(error.expected and error.row > 1 for error in errors)

    def test_changes_nothing_the_second_time(self):
        run()
        before = StockMovement.objects.count()

        again = run()

        assert StockMovement.objects.count() == before
        assert (again.booked, again.openings, again.new_items) == (0, 0, 0)
        assert again.already == SalesLine.objects.count()

    def test_two_files_are_as_one(self, tmp_path):
        header, *lines = FILE.read_text().splitlines(keepends=True)
        halves = [tmp_path / "a.csv", tmp_path / "b.csv.gz"]
        halves[0].write_text(header + "".join(lines[:140]))
        halves[1].write_bytes(gzip.compress((header + "".join(lines[140:])).encode()))

        run(*halves)

        assert booked_sums() == own_sums(FILE)

    def test_a_later_file_tops_up_what_would_fall_short(self, tmp_path):
        header, *lines = FILE.read_text().splitlines(keepends=True)
        early, late = tmp_path / "early.csv", tmp_path / "late.csv"
        early.write_text(header + "".join(lines[:100]))
        late.write_text(header + "".join(lines[100:140]))

        run(early)
        run(late)

        assert booked_sums() == own_sums(early, late)
        assert not StockLevel.objects.filter(on_hand__lt=0).exists()

    def test_writes_nothing_in_a_dry_run(self):
        report = run(dry_run=True)

        assert report.rows == 299 - BROKEN_ROWS
        assert not StockMovement.objects.exists()
        assert not Item.objects.exists()

    def test_knows_a_code_in_any_case(self):
        run()

        item = Item.objects.get(sku="85123A")
        assert StockMovement.objects.filter(level__item=item, kind="ship").count() == 2

    def test_leaves_what_is_no_goods_off_the_shelves(self):
        report = run()

        assert report.no_goods >= {"POST", "DOT", "M", "B", "GIFT_0001_20"}
        assert not Item.objects.get(sku="POST").stocked
        assert report.unusual == {"DCGS0003", "ODD CODE/1"}

    def test_keeps_what_was_said_of_a_stray(self):
        run()

        assert MovementNote.objects.filter(text="damaged").exists()

    def test_lines_of_an_invoice_are_found_together(self):
        run()

        lines = StockMovement.objects.filter(reference="invoice:710011")
        assert [line.on_hand_delta for line in lines] == [-6, -6]
        assert len({line.group for line in lines}) == 1

    def test_opens_before_the_first_line(self):
        run()

        item = Item.objects.get(sku="85123A")
        opening, *lines = StockMovement.objects.filter(level__item=item).order_by("version")
        assert (opening.kind, opening.reference) == ("receive", "opening:sales-history")
        assert opening.effective_at < min(line.effective_at for line in lines)

    def test_refuses_another_kind_of_file(self, tmp_path):
        other = tmp_path / "other.csv"
        other.write_text("a;b;c\n1;2;3\n")

        with pytest.raises(sales_history.FileRefused, match="Expected the columns"):
            run(other)

    def test_refuses_what_is_no_utf8(self, tmp_path):
        other = tmp_path / "latin.csv"
        other.write_bytes(FILE.read_bytes() + b"1,2,caf\xe9,1,2010-12-01 08:26:00,1,1,UK\n")

        with pytest.raises(sales_history.FileRefused, match="UTF-8"):
            run(other)

    def test_refuses_a_place_that_is_not_there(self):
        with pytest.raises(sales_history.ImportRefused, match="NOWHERE"):
            run(place="NOWHERE")


@pytest.mark.django_db
def test_says_so_when_there_is_no_place():
    with pytest.raises(sales_history.ImportRefused, match="no sellable bin"):
        run()


@pytest.mark.django_db
def test_the_command_writes_the_broken_rows_into_a_file(tmp_path, capsys):
    make_place()
    make_user(superuser=True)

    call_command("import_sales_history", str(FILE), errors=tmp_path / "errors.csv")

    assert len((tmp_path / "errors.csv").read_text().splitlines()) == BROKEN_ROWS + 1
    assert "lines read" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_command_says_whom_it_needs():
    with pytest.raises(CommandError, match="createsuperuser"):
        call_command("import_sales_history", str(FILE))


@pytest.mark.usefixtures("committed")
def test_a_run_that_was_killed_is_finished_by_the_next(tmp_path):
    make_place(code="KILLED-1")
    make_user(superuser=True)
    long = tmp_path / "long.csv"
    header, *lines = FILE.read_text().splitlines(keepends=True)
    good = [line for line in lines if ",2.55," in line and line[:4].isdigit()]
    repeated = [f"{8 + turn}{line}" for turn in range(40) for line in good]
    long.write_text(header + "".join(repeated))
    command = processes.start("manage", "import_sales_history", long, "--place", "KILLED-1")

    eventually(lambda: SalesLine.objects.count() > 300 or command.poll() is not None)
    command.send_signal(signal.SIGKILL)
    _, said = command.communicate()
    assert command.returncode == -signal.SIGKILL, said
    cut_off = SalesLine.objects.count()
    report = run(long, place="KILLED-1")

    assert 300 < cut_off < report.rows
    assert SalesLine.objects.count() == report.already + report.booked
    assert SalesLine.objects.count() == report.rows - report.not_stocked
    assert operations.check_ledger(full=True).findings == []


@pytest.mark.usefixtures("committed")
def test_a_second_import_at_once_is_refused():
    make_place()
    make_user(superuser=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('inventory_salesline'))")

    second = processes.start("manage", "import_sales_history", FILE)
    _, said = second.communicate(timeout=60)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtext('inventory_salesline'))")
    assert second.returncode == 1
    assert "Another import is running" in said
    assert not SalesLine.objects.filter(invoice="710011").exists()


if REAL:  # BACKROOM_SALES_HISTORY names a folder with real files

    @pytest.mark.django_db
    def test_real_files_come_to_what_they_say(monkeypatch):
        paths = sorted(Path(REAL).glob("*.csv*"))
        monkeypatch.setattr("tests.inventory.test_sales_history.is_broken", lambda row: False)
        make_place()

        run(*paths)

        assert booked_sums() == own_sums(*paths)

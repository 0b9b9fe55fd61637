"""A real shop's sales, with every quirk they have."""

import gzip
import os
from dataclasses import replace
from pathlib import Path

import pytest
from django.db.models import Min, OuterRef, Subquery

from inventory import operations
from inventory.models import Item, MovementNote, SalesLine, StockLevel, StockMovement
from inventory.models.movement import QUANTITY_MAX
from inventory.operations import sales_history
from inventory.operations.sales_history import identity
from tests.factories import make_item, make_place, make_stock
from tests.inventory.history import (
    BROKEN_ROWS,
    FILE,
    ROWS,
    booked_sums,
    is_broken,
    lines_of_file,
    own_sums,
    run,
    sold,
    write,
)

REAL = os.environ.get("BACKROOM_SALES_HISTORY")


@pytest.fixture
def shelf(db):
    return make_place(code="A-01")


def movements_of(sku: str):
    return StockMovement.objects.filter(level__item__sku=sku).order_by("version")


@pytest.mark.usefixtures("shelf")
class TestImportSalesHistory:
    def test_books_what_the_file_says_of_every_code(self):
        run()

        assert booked_sums() == own_sums(FILE, is_broken=is_broken)
        assert operations.check_ledger(full=True).findings == []

    def test_keeps_a_line_for_each_line(self):
        report = run()

        assert report.rows == ROWS
        assert report.rejected == BROKEN_ROWS
        assert report.booked == SalesLine.objects.count()
        assert report.booked + report.not_stocked + report.rejected == ROWS

    def test_names_every_row_that_cannot_be_read(self):
        errors = []

        run(reject=errors.append)

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
        header, lines = lines_of_file()
        halves = [tmp_path / "a.csv", tmp_path / "b.csv.gz"]
        halves[0].write_text(header + "".join(lines[:140]))
        halves[1].write_bytes(gzip.compress((header + "".join(lines[140:])).encode()))

        report = run(*halves)

        assert booked_sums() == own_sums(FILE, is_broken=is_broken)
        assert run().booked == 0
        assert report.booked == SalesLine.objects.count()

    @pytest.mark.parametrize(("invoices", "lines"), [(1, 5_000), (50, 1), (3, 2)])
    def test_comes_to_the_same_in_small_bites(self, monkeypatch, invoices, lines):
        monkeypatch.setattr(identity, "INVOICES_A_CALL", invoices)
        monkeypatch.setattr(identity, "LINES_A_CALL", lines)

        report = run()

        assert booked_sums() == own_sums(FILE, is_broken=is_broken)
        assert report.booked + report.not_stocked + report.rejected == ROWS

    def test_counts_on_when_an_invoice_goes_on_later(self):
        report = run()

        lines = SalesLine.objects.filter(invoice="700001", code="90008X").order_by("n")
        assert [line.n for line in lines] == [1, 2]
        assert lines[1].movement_id - lines[0].movement_id > 100
        # These four have nothing but what is no goods.
        assert report.invoices == SalesLine.objects.values("invoice").distinct().count() + 4

    def test_a_later_file_tops_up_what_would_fall_short(self, tmp_path):
        early = write(tmp_path / "early.csv", sold("90001", 5, invoice="1"))
        late = write(tmp_path / "late.csv", sold("90001", 7, invoice="2"))

        run(early)
        run(late)

        openings = movements_of("90001").filter(kind="receive")
        assert [opening.on_hand_delta for opening in openings] == [5, 7]
        assert StockLevel.objects.get(item__sku="90001").on_hand == 0

    def test_opens_with_no_more_than_what_is_missing(self, shelf, tmp_path):
        make_stock(10, item=make_item(sku="90001"), place=shelf)
        history = write(
            tmp_path / "a.csv",
            sold("90001", 8, invoice="1"),
            sold("90001", -6, invoice="C2"),
            sold("90001", 11, invoice="3"),
        )

        run(history)

        openings = movements_of("90001").filter(reference="opening:sales-history")
        assert [opening.on_hand_delta for opening in openings] == [3]

    def test_covers_what_falls_short_in_the_order_of_booking(self, tmp_path):
        found = "536365,90001,found,5,2010-12-01 08:26:00,0,,United Kingdom"

        report = run(write(tmp_path / "a.csv", found, sold("90001", 5)))

        # Strays of an invoice are booked after what it ships.
        assert [line.on_hand_delta for line in movements_of("90001")] == [5, -5, 5]
        assert report.rejected == 0

    def test_leaves_what_stands_elsewhere_alone(self, tmp_path):
        make_stock(10, item=make_item(sku="90001"), place=make_place())

        run(write(tmp_path / "a.csv", sold("90001", 8)), place="A-01")

        assert movements_of("90001").get(reference="opening:sales-history").on_hand_delta == 8

    def test_opens_with_more_than_one_line_can_say(self, tmp_path):
        most = [sold("90001", QUANTITY_MAX, invoice=str(number)) for number in (1, 2, 3)]

        report = run(write(tmp_path / "a.csv", *most))

        assert (report.booked, report.rejected, report.openings) == (3, 0, 1)
        assert operations.check_ledger(full=True).findings == []

    def test_opens_before_the_first_line(self):
        run()

        lines = StockMovement.objects.filter(level=OuterRef("level")).exclude(kind="receive")
        first = lines.values("level").values(first=Min("effective_at"))
        openings = StockMovement.objects.filter(reference="opening:sales-history")
        assert openings.count() == openings.filter(kind="receive", version=1).count() > 10
        assert not openings.filter(effective_at__gte=Subquery(first)).exists()

    def test_knows_the_moment_of_every_line(self, tmp_path):
        late = sold("90001", 2).replace("2010-12-01", "2010-12-09")

        run(write(tmp_path / "a.csv", late, sold("90001", 3)))

        shipped = movements_of("90001").filter(kind="ship").order_by("effective_at")
        assert [line.on_hand_delta for line in shipped] == [-3, -2]
        assert [line.effective_at.day for line in shipped] == [1, 9]

    def test_dry_run_writes_nothing_and_says_what_would_come(self):
        foreseen = run(dry_run=True)

        assert not StockMovement.objects.exists()
        assert not Item.objects.exists()
        assert not SalesLine.objects.exists()
        assert replace(foreseen, seconds=0) == replace(run(), seconds=0)

    def test_knows_a_code_in_any_case(self):
        run()

        assert movements_of("85123A").filter(kind="ship").count() == 2

    def test_leaves_what_is_no_goods_off_the_shelves(self):
        report = run()

        assert report.no_goods >= {"POST", "DOT", "M", "B", "GIFT_0001_20"}
        assert not Item.objects.get(sku="POST").stocked
        assert report.unusual == {"1234", "ODD CODE/1"}

    def test_keeps_an_item_that_is_there(self, tmp_path):
        make_item(sku="90001", name="OURS")

        report = run(write(tmp_path / "a.csv", sold("90001")))

        assert (report.new_items, report.booked) == (0, 1)
        assert Item.objects.get().name == "OURS"

    def test_says_what_it_cannot_book_of_an_item_that_is_not_stocked(self, tmp_path):
        make_item(sku="90001", stocked=False)
        errors = []

        history = write(tmp_path / "a.csv", sold("90001"), sold("90002"))
        report = run(history, reject=errors.append)

        assert [(error.row, error.column, error.got) for error in errors] == [
            (2, "StockCode", "90001")
        ]
        assert (report.booked, report.rejected, report.openings) == (1, 1, 1)

    def test_bad_debts_do_not_close_the_shelf_to_goods(self, tmp_path):
        run(write(tmp_path / "a.csv", sold("90001", invoice="A1")))

        report = run(write(tmp_path / "b.csv", sold("90001", 4)))

        assert (report.booked, report.rejected) == (1, 0)

    def test_calls_an_item_what_it_is_called_most(self, tmp_path):
        lines = [sold("90001").replace("A THING", name) for name in ("RARE", "OFTEN", "OFTEN")]
        lost = "9,90001,damaged,-9,2010-12-01 08:26:00,0,,United Kingdom"

        run(write(tmp_path / "a.csv", *lines, lost, lost, lost))

        assert Item.objects.get().name == "OFTEN"

    def test_keeps_what_was_said_of_a_stray(self):
        run()

        assert MovementNote.objects.filter(text="damaged").exists()

    def test_lines_of_an_invoice_are_found_together(self):
        run()

        lines = StockMovement.objects.filter(reference="invoice:710011")
        assert [line.on_hand_delta for line in lines] == [-6, -6]
        assert len({line.group for line in lines}) == 1

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
        assert not Item.objects.exists()

    @pytest.mark.parametrize("name", ["cut.csv.gz", "plain.csv.gz", "none.csv", "."])
    def test_refuses_what_cannot_be_read(self, tmp_path, name):
        (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(FILE.read_bytes())[:-200])
        (tmp_path / "plain.csv.gz").write_bytes(FILE.read_bytes())

        with pytest.raises(sales_history.FileRefused, match="cannot be read"):
            run(tmp_path / name)

    def test_refuses_a_place_that_is_not_there(self):
        with pytest.raises(sales_history.ImportRefused, match="NOWHERE"):
            run(place="NOWHERE")


@pytest.mark.django_db
def test_says_so_when_there_is_no_place():
    with pytest.raises(sales_history.ImportRefused, match="no sellable bin"):
        run()


if REAL:  # BACKROOM_SALES_HISTORY names a folder with real files

    @pytest.mark.django_db
    def test_real_files_come_to_what_they_say():
        paths = sorted(Path(REAL).glob("*.csv*"))
        make_place()

        report = run(*paths)

        assert booked_sums() == own_sums(*paths)
        assert report.booked + report.not_stocked == report.rows
        assert operations.check_ledger(full=True).findings == []

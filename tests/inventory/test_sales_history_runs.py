"""An import that is cut off, stopped, or not alone; and what its command says."""

import csv
import signal
import tracemalloc

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inventory import operations
from inventory.models import SalesLine
from inventory.operations.sales_history import identity
from tests import processes
from tests.eventually import eventually
from tests.factories import make_place, make_user
from tests.inventory.history import BROKEN_ROWS, FILE, lines_of_file, run, sold, write


def long_history(folder, mark: str):
    """Some seconds of work: the good lines of the invented file, forty times, for `mark`."""
    header, lines = lines_of_file()
    good = [line for line in lines if ",2.55," in line and line.startswith("700")]
    path = folder / "long.csv"
    path.write_text(header + "".join(f"{mark}{turn}/{line}" for turn in range(40) for line in good))
    return path


def booked_of(mark: str) -> int:
    return SalesLine.objects.filter(invoice__startswith=mark).count()


def assert_each_once(mark: str, cut_off: int, report) -> None:
    assert 300 < cut_off < report.rows
    assert report.already == cut_off
    assert booked_of(mark) == report.already + report.booked == report.rows
    assert operations.check_ledger(full=True).findings == []


@pytest.mark.django_db
def test_stops_between_two_calls_and_goes_on(monkeypatch):
    monkeypatch.setattr(identity, "INVOICES_A_CALL", 5)
    make_place()

    cut_off = run(stop=lambda: SalesLine.objects.count() > 100)

    assert cut_off.stopped
    assert cut_off.booked == SalesLine.objects.count() > 100
    rest = run()
    assert (rest.already, rest.openings, rest.new_items) == (cut_off.booked, 0, 0)
    assert SalesLine.objects.count() == rest.already + rest.booked


@pytest.mark.django_db
def test_memory_does_not_grow_with_the_lines(tmp_path):
    lines = [sold(f"9000{n % 5}", invoice=f"{n // 10}") for n in range(40_000)]
    short = write(tmp_path / "short.csv", *lines[:10_000])
    long = write(tmp_path / "long.csv", *lines)

    assert peak_of_reading(long) < peak_of_reading(short) * 1.2


def peak_of_reading(path) -> int:
    with identity.counting():
        tracemalloc.start()
        try:
            for _ in identity.batches([path], reject=None):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.usefixtures("committed")
def test_a_run_that_was_killed_is_finished_by_the_next(tmp_path):
    make_place(code="KILLED-1")
    long, admin = long_history(tmp_path, "K"), make_user(superuser=True)
    command = start(long, "--place", "KILLED-1", "--user", admin.email)

    eventually(lambda: booked_of("K") > 300 or command.poll() is not None)
    command.send_signal(signal.SIGKILL)
    _, said = command.communicate()
    assert command.returncode == -signal.SIGKILL, said
    cut_off = booked_of("K")

    assert_each_once("K", cut_off, run(long, place="KILLED-1"))


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_was_asked_to_stop_reports_and_is_finished_by_the_next(tmp_path, number):
    mark = number.name
    make_place(code=f"{mark}-1")
    long, admin = long_history(tmp_path, mark), make_user(superuser=True)
    command = start(long, "--place", f"{mark}-1", "--user", admin.email)

    eventually(lambda: booked_of(mark) > 300 or command.poll() is not None)
    command.send_signal(number)
    reported, said = command.communicate()
    cut_off = booked_of(mark)

    assert command.returncode == 130, said
    assert f" {cut_off:,} booked" in reported
    assert "run it again for the rest" in said
    assert "Traceback" not in said
    assert_each_once(mark, cut_off, run(long, place=f"{mark}-1"))


@pytest.mark.usefixtures("committed")
def test_a_second_import_at_once_is_refused():
    make_place()
    admin = make_user(superuser=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('inventory_salesline'))")

    second = start(FILE, "--user", admin.email)
    _, said = second.communicate(timeout=60)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtext('inventory_salesline'))")
    assert second.returncode == 1
    assert "Another import is running" in said
    assert booked_of("710011") == 0


def start(*arguments):
    return processes.start("manage", "import_sales_history", *arguments)


@pytest.mark.django_db
class TestTheCommand:
    @pytest.fixture(autouse=True)
    def _shelf(self):
        make_place(code="A-01")

    @pytest.fixture
    def call(self, tmp_path, capsys):
        """Call it as the only Admin; what it says."""
        make_user(superuser=True, email="admin@backroom.example")

        def call(*paths, **options):
            options.setdefault("errors", tmp_path / "errors.csv")
            call_command("import_sales_history", *map(str, paths), **options)
            return capsys.readouterr().out

        return call

    def test_reports(self, call):
        said = call(FILE)

        assert "299 lines of 94 invoices read: 280 booked, 0 were there already" in said
        assert "Please look at these codes: 1234, ODD CODE/1." in said

    def test_shows_how_far_it_is(self, call, capsys, tmp_path):
        call_command("import_sales_history", str(FILE), errors=tmp_path / "none", dry_run=True)

        assert f"Booking: [{'#' * 30}] 285 of 285 lines" in capsys.readouterr().err

    def test_says_of_a_dry_run_that_it_was_one(self, call):
        said = call(FILE, dry_run=True)

        assert "280 would be booked" in said
        assert "nothing was written" in said

    def test_writes_the_broken_rows_into_a_file(self, call, tmp_path):
        said = call(FILE, errors=tmp_path / "new" / "errors.csv")

        with (tmp_path / "new" / "errors.csv").open(newline="") as out:
            rows = list(csv.DictReader(out))
        assert len(rows) == BROKEN_ROWS
        assert f"All {BROKEN_ROWS} are in" in said
        # A sheet shows it, and does not compute it.
        assert [row["got"] for row in rows if row["column"] == "Quantity"][-1] == "'=7"

    def test_leaves_no_file_when_nothing_is_wrong(self, call, tmp_path):
        call(write(tmp_path / "a.csv", sold("90001")))

        assert not (tmp_path / "errors.csv").exists()

    def test_books_nothing_when_it_cannot_say_what_is_wrong(self, call, tmp_path):
        with pytest.raises(CommandError, match="--errors FILE"):
            call(FILE, errors=FILE / "errors.csv")
        assert not SalesLine.objects.exists()

    def test_takes_the_one_who_is_named(self, call):
        other = make_user()

        call(FILE, user=other.email)

        assert SalesLine.objects.filter(movement__actor=other).exists()

    def test_asks_who_of_several(self, call):
        make_user(superuser=True)

        with pytest.raises(CommandError, match="several Admins"):
            call(FILE)

    def test_says_that_nobody_is_called_so(self, call):
        with pytest.raises(CommandError, match="Nobody here"):
            call(FILE, user="nobody@backroom.example")

    def test_says_whom_it_needs(self):
        with pytest.raises(CommandError, match="createsuperuser"):
            call_command("import_sales_history", str(FILE))

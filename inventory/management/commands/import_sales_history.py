"""`manage.py import_sales_history FILE… [--place CODE] [--dry-run]`: a real shop's sales."""

import csv
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.db import OperationalError

from accounts.models import User
from inventory.operations import sales_history
from inventory.operations.sales_history import Report, RowError
from pages.exports import as_text

_SHOWN = 20
_STOPPED = "Stopped. What was booked stands; run it again for the rest."
# What a shell expects of a program that was interrupted.
_INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Book a sales history (Online Retail columns, CSV or .gz). The same file again changes "
        "nothing; Ctrl-C ends it between two calls of the ledger, and a new run finishes the rest."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=_from_where_it_was_called, metavar="FILE")
        parser.add_argument("--place", default="", help="ships from here; else the first bin")
        parser.add_argument("--dry-run", action="store_true", help="read and report, write nothing")
        parser.add_argument("--user", default="", help="whose mail books it; else the only Admin")
        parser.add_argument(
            "--errors",
            type=_from_where_it_was_called,
            default=settings.HOME / "import-errors.csv",
            help="where rows that could not be booked are written (default: %(default)s)",
        )

    def handle(
        self,
        *,
        files: list[Path],
        place: str,
        dry_run: bool,
        user: str,
        errors: Path,
        **options: Any,
    ) -> None:
        actor = _actor(user)
        try:
            with _asked_to_stop() as stop, Rejected(errors) as rejected, Bar(self.stderr) as bar:
                report = sales_history.import_sales_history(
                    paths=files,
                    actor=actor,
                    place=place,
                    dry_run=dry_run,
                    progress=bar,
                    stop=stop,
                    reject=rejected,
                )
        except (sales_history.FileRefused, sales_history.ImportRefused) as refusal:
            raise CommandError(str(refusal)) from refusal
        except KeyboardInterrupt as impatience:
            raise CommandError(_STOPPED, returncode=_INTERRUPTED) from impatience
        except OperationalError as failure:
            raise CommandError(
                f"The database did not answer any more: {str(failure).strip()} What was booked "
                "stands; run it again for the rest."
            ) from failure
        self.tell(report, dry_run=dry_run)
        self.tell_rejected(rejected)
        if report.stopped:
            raise CommandError(_STOPPED, returncode=_INTERRUPTED)

    def tell(self, report: Report, *, dry_run: bool) -> None:
        would = "would be " if dry_run else ""
        self.stdout.write(
            f"{report.rows:,} lines of {report.invoices:,} invoices read: "
            f"{report.booked:,} {would}booked, {report.already:,} were there already, "
            f"{report.not_stocked:,} are no goods, {report.rejected:,} could not be booked."
        )
        self.stdout.write(
            f"{report.new_items:,} new items, {report.openings:,} opening receipts"
            + (": nothing was written" if dry_run else "")
            + f", {report.seconds:.1f} s, {report.rate:,.0f} lines/s."
        )
        if report.no_goods:
            self.stdout.write(f"No goods, so not stocked: {', '.join(sorted(report.no_goods))}.")
        if report.unusual:
            self.stdout.write(f"Please look at these codes: {', '.join(sorted(report.unusual))}.")

    def tell_rejected(self, rejected: "Rejected") -> None:
        for error in rejected.first:
            column = f" {error.column}" if error.column else ""
            self.stdout.write(
                f"{error.file} row {error.row}{column}: expected {error.expected}, "
                f"got “{error.got}”"
            )
        if rejected.count:
            self.stdout.write(f"All {rejected.count:,} are in {rejected.path}.")


class Rejected:
    """The rows that could not be booked: all in a file, the first of them to be shown."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.first: list[RowError] = []
        self._out: TextIO | None = None

    def __enter__(self) -> "Rejected":
        return self

    def __exit__(self, *failure: object) -> None:
        if self._out:
            self._out.close()

    def __call__(self, error: RowError) -> None:
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append(error)
        if self._out is None:
            self._out = self._opened()
            csv.writer(self._out).writerow(["file", "row", "column", "expected", "got"])
        row = [error.file, error.row, error.column, error.expected, as_text(error.got)]
        csv.writer(self._out).writerow(row)

    def _opened(self) -> TextIO:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return self.path.open("w", encoding="utf-8", newline="")
        except OSError as failure:
            raise CommandError(
                f"Some rows cannot be booked, and {self.path} cannot be written to say which: "
                f"{failure.strerror}. Name another file: --errors FILE"
            ) from failure


class Bar:
    """Lines done, rate and time left: a bar on a terminal, else a line every few seconds."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._live = out.isatty()
        self._step = ""
        self._began = self._said = time.monotonic()
        self._done_before = 0

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *failure: object) -> None:
        self._end_line()

    def __call__(self, step: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if step != self._step:
            self._end_line()
            self._step, self._began, self._done_before = step, now, done
        if now - self._said < (0.2 if self._live else 5) and done != total:
            return
        self._said = now
        line = f"{step}: {self._told(done, total, now - self._began)}"
        # The rest of a longer line before it goes; and it is no error, so not in red.
        self._write(f"\r{line}\x1b[K" if self._live else f"{line}\n")

    def _told(self, done: int, total: int | None, seconds: float) -> str:
        told = f"{done:,} lines"
        if total is not None:
            told = f"[{'#' * (30 * done // max(total, 1)):<30}] {done:,} of {total:,} lines"
        rate = (done - self._done_before) / seconds if seconds else 0
        if rate:
            told += f", {rate:,.0f} a second"
        if rate and total is not None:
            told += f", {(total - done) / rate:.0f} s left"
        return told

    def _end_line(self) -> None:
        if self._live and self._step:
            self._write("\n")

    def _write(self, text: str) -> None:
        self._out.write(text, style_func=str, ending="")
        self._out.flush()


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Tell whether Ctrl-C or SIGTERM came; a second one does not wait for the ledger."""
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _from_where_it_was_called(name: str) -> Path:
    return Path(os.environ.get("BACKROOM_CALLED_FROM", ".")) / name


def _actor(mail: str) -> User:
    people = User.objects.active()
    if mail:
        found: User | None = people.filter(email__iexact=mail).first()
        if found is None:
            raise CommandError(f"Nobody here has the address {mail}.")
        return found
    admins: list[User] = list(people.filter(is_superuser=True).order_by("pk")[:2])
    if not admins:
        raise CommandError("Nobody to book it as. Make an Admin: ./dev manage createsuperuser")
    if len(admins) > 1:
        raise CommandError("There are several Admins. Say who books it: --user MAIL")
    return admins[0]

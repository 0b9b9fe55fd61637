"""`manage.py import_sales_history FILE… [--place CODE] [--dry-run]`: a real shop's sales."""

import csv
import os
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from inventory.operations import sales_history
from inventory.operations.sales_history import Report

_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Book a sales history (Online Retail columns, CSV or .gz). The same file again changes "
        "nothing; Ctrl-C ends it between two invoices, and a new run finishes the rest."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=_from_where_it_was_called)
        parser.add_argument("--place", default="", help="ships from here; else the first bin")
        parser.add_argument("--dry-run", action="store_true", help="read and report, write nothing")
        parser.add_argument("--user", default="", help="who books it; else the first Admin")
        parser.add_argument(
            "--errors",
            type=_from_where_it_was_called,
            default=settings.HOME / "import-errors.csv",
            help="where the rows that could not be read are written",
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
        try:
            report = sales_history.import_sales_history(
                paths=files,
                actor=_actor(user),
                place=place,
                dry_run=dry_run,
                progress=Bar(self.stderr),
            )
        except (sales_history.FileRefused, sales_history.ImportRefused) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.tell(report, dry_run=dry_run)
        if report.errors:
            self.tell_errors(report, errors)
        if report.stopped:
            raise CommandError("Stopped. What was booked stands; run it again for the rest.")

    def tell(self, report: Report, *, dry_run: bool) -> None:
        to_book = report.rows - report.already - report.not_stocked
        self.stdout.write(
            f"{report.rows:,} lines read: "
            + (f"{to_book:,} would be booked" if dry_run else f"{report.booked:,} booked")
            + f", {report.already:,} were there already, {report.not_stocked:,} are no goods, "
            f"{len(report.errors):,} could not be booked."
        )
        if not dry_run:
            self.stdout.write(
                f"{report.new_items:,} new items, {report.openings:,} opening receipts, "
                f"{report.seconds:.1f} s, {report.rate:,.0f} lines/s."
            )
        if report.no_goods:
            self.stdout.write(f"No goods, so not stocked: {', '.join(sorted(report.no_goods))}.")
        if report.unusual:
            self.stdout.write(f"Please look at these codes: {', '.join(sorted(report.unusual))}.")

    def tell_errors(self, report: Report, path: Path) -> None:
        for error in report.errors[:_SHOWN]:
            self.stdout.write(
                f"{error.file} row {error.row} {error.column}: expected {error.expected}, "
                f"got “{error.got}”"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["file", "row", "column", "expected", "got"])
            rows.writerows([e.file, e.row, e.column, e.expected, e.got] for e in report.errors)
        self.stdout.write(f"All {len(report.errors):,} are in {path}.")


class Bar:
    """Rows done, rate and time left: a bar on a terminal, else a line every few seconds."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._began = time.monotonic()
        self._said = 0.0
        self._live = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._said < (0.2 if self._live else 5) and done < total:
            return
        self._said = now
        rate = done / max(now - self._began, 0.001)
        left = (total - done) / max(rate, 1)
        filled = "#" * (30 * done // max(total, 1))
        line = f"[{filled:<30}] {done:,} of {total:,}, {rate:,.0f} a second, {left:.0f} s left"
        if self._live:
            self._out.write(f"\r{line}", ending="\n" if done >= total else "")
        else:
            self._out.write(line)


def _from_where_it_was_called(name: str) -> Path:
    return Path(os.environ.get("BACKROOM_CALLED_FROM", ".")) / name


def _actor(mail: str) -> User:
    if mail:
        found: User | None = User.objects.active().filter(email__iexact=mail).first()
        if found is None:
            raise CommandError(f"Nobody here has the address {mail}.")
        return found
    first: User | None = User.objects.active().filter(is_superuser=True).order_by("pk").first()
    if first is None:
        raise CommandError("Nobody to book it as. Make an Admin: ./dev manage createsuperuser")
    return first

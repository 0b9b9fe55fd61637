"""`manage.py check_ledger [--full]`: prove that ledger and balances agree."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory import operations


class Command(BaseCommand):
    help = "Prove that every balance is the sum of its ledger lines; exit 1 and name those not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--full", action="store_true", help="from the first movement, not from the last proof"
        )

    def handle(self, *, full: bool, **options: Any) -> None:
        check = operations.check_ledger(full=full)
        if check is None:
            raise CommandError("Another check is running. Try again when it is done.")
        for finding in check.findings:
            self.stdout.write(
                f"{finding['sku']} at {finding['place']}: {finding['why']}"
                + (
                    f" (ledger {finding['ledger']:,}, balance {finding['balance']:,})"
                    if "ledger" in finding
                    else ""
                )
            )
        summary = (
            f"{check.ledger_units:,} units by the ledger, {check.balance_units:,} by the "
            f"balances; {check.movements_read:,} movements read, {check.levels_proved:,} of "
            f"{check.levels:,} levels proved in {check.seconds:.1f} s"
        )
        if not check.proved:
            raise CommandError(f"{check.differences:,} differences. {summary}.")
        self.stdout.write(self.style.SUCCESS(f"Proved. {summary}."))

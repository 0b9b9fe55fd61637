"""`manage.py seed [--none | --again]`: a shop to try Backroom out with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.operations.refusals import PeopleError
from inventory.management.demo import house


class Command(BaseCommand):
    help = "Fill an empty house with 300 items, 12 bins and sixty days of movements."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--none", action="store_true", help="fill nothing, and let ./dev up fill nothing either"
        )
        which.add_argument("--again", action="store_true", help="sixty more days of movements")

    def handle(self, *, none: bool, again: bool, **options: Any) -> None:
        try:
            said = _left() if none else _gone_on() if again else _filled()
        except (house.HouseRefused, PeopleError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(self.style.SUCCESS(said))


def _filled() -> str:
    return f"{house.fill()} items, sixty days of movements."


def _gone_on() -> str:
    movements, refused = house.go_on()
    short = f" {refused} acts were refused: others moved that stock meanwhile." if refused else ""
    return f"{movements:,} more movements, over sixty days.{short}"


def _left() -> str:
    if house.leave_empty():
        return (
            "Left empty, and ./dev up will not fill it. "
            "The first admin: ./dev manage createsuperuser"
        )
    return "Left as it is."

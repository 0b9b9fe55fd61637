"""`manage.py seed [--none | --again]`: a shop to try Backroom out with."""

import random
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.operations.demo import make_demo_people
from accounts.operations.refusals import PeopleError
from inventory.management.demo import story
from inventory.management.demo.catalogue import make_items, make_places
from inventory.models import Item, Location

SEED = 47


class Command(BaseCommand):
    help = "Fill an empty house with 300 items, 12 bins and sixty days of movements."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--none", action="store_true", help="leave the house as it is")
        which.add_argument("--again", action="store_true", help="sixty more days of movements")

    def handle(self, *, none: bool, again: bool, **options: Any) -> None:
        if none:
            self.stdout.write("Left as it is.")
            return
        try:
            people = make_demo_people()
        except PeopleError as refusal:
            raise CommandError(str(refusal)) from refusal
        with transaction.atomic():
            if again:
                items = list(Item.objects.filter(barcodes__code__startswith="5012345"))
                places = {place.code: place for place in Location.objects.all()}
                if not items:
                    raise CommandError("There is no demonstration shop here. Run seed first.")
            else:
                if Item.objects.exists():
                    raise CommandError(
                        "This house has items already. Use --again for more movements, or an "
                        "empty house: ./dev reset"
                    )
                places = make_places(people["Admin"])
                items = make_items(random.Random(SEED))  # noqa: S311 -- a shop, no secret
                story.tell_of_the_star(people)
            first = story.last_order()
            story.Story(items, places, people, SEED + first).tell(first_order=first)
        story.bring_up_to_date(items)
        self.stdout.write(self.style.SUCCESS(f"{len(items)} items, sixty days of movements."))

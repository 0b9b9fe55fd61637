"""Print how to sign in to the demonstration shop, Admin first; nothing where there is none."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.models import User
from accounts.operations import demo


class Command(BaseCommand):
    help = "Print the sign-ins of the demonstration shop."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            return
        there = set(User.objects.active().values_list("email", flat=True))
        people = [person for person in demo.PEOPLE if person.email in there]
        for person in people:
            self.stdout.write(f"{person.name:<13} {person.email:<32} {demo.password()}")

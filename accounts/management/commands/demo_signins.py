"""Print how to sign in to the demonstration shop, Admin first; nothing where there is none."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts import access
from accounts.models import User
from accounts.operations import demo


class Command(BaseCommand):
    help = "Print the sign-ins of the demonstration shop."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            return
        there = {user.email: user for user in access.with_grants(User.objects.active())}
        for person in demo.PEOPLE:
            if user := there.get(person.email):
                kept = ", ".join(access.places_of(user))
                line = f"{person.name:<13} {person.email:<32} {demo.password()}"
                self.stdout.write(f"{line}  (at {kept} alone)" if kept else line)

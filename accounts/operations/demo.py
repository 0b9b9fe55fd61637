"""People to try Backroom out with. They exist only where BACKROOM_DEMO=1."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.models import Role, User
from accounts.operations.refusals import PeopleError
from accounts.roles import STAFF


@dataclass(frozen=True, slots=True)
class DemoPerson:
    name: str
    role: str

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '')}@backroom.example"


PEOPLE = (
    DemoPerson("Admin", "Admin"),
    DemoPerson("Warehouse 1", "Warehouse"),
    DemoPerson("Warehouse 2", "Warehouse"),
    DemoPerson("Purchasing 1", "Purchasing"),
    DemoPerson("Support 1", "Support"),
    DemoPerson("Supervisor 1", "Supervisor"),
    DemoPerson("Developer 1", "Developer"),
)
_WORDS = """
    anchor apple basket beacon birch bottle brick bridge bucket button cable candle carton
    castle cedar chalk cherry clover copper cotton cradle crate dolly drawer ember fabric
    feather fern ferry flint forklift garden ginger glove granite hammer harbor hazel hinge
    hopper kettle ladder lantern laurel ledger lemon linen locker maple marble meadow mortar
    needle nutmeg olive orchard paddle pallet
"""


def password() -> str:
    """Give the password of all demo people: it hangs on this installation's secret key alone."""
    digest = salted_hmac("accounts.demo", "password", algorithm="sha256").digest()
    words = _WORDS.split()
    chosen = [words[byte % len(words)] for byte in digest[:4]]
    return "-".join([*chosen, str(int.from_bytes(digest[4:8]) % 9000 + 1000)])


@transaction.atomic
def make_demo_people() -> dict[str, User]:
    """Make the demo people, or give those that are there their password again; by name.

    :raises PeopleError: without BACKROOM_DEMO=1
    """
    if not settings.DEMO:
        raise PeopleError("Demo people are made only with BACKROOM_DEMO=1.")
    hashed = make_password(password())  # once: each takes a noticeable time
    made = {}
    for person in PEOPLE:
        made[person.name], _ = User.objects.update_or_create(
            email=person.email,
            defaults={
                "name": person.name,
                "password": hashed,
                "is_active": True,
                "is_staff": person.role in STAFF,
                "is_superuser": person.role == "Admin",
            },
        )
        made[person.name].groups.set(Role.objects.filter(name=person.role))
    return made

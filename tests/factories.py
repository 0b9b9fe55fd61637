"""The smallest valid thing of each kind; stock is booked through the ledger."""

from itertools import count

from accounts.models import User

_numbers = count(1)


def make_user(*, name: str = "Warehouse 1", superuser: bool = False, **fields) -> User:
    make = User.objects.create_superuser if superuser else User.objects.create_user
    email = fields.pop("email", f"person{next(_numbers)}@backroom.example")
    return make(email, fields.pop("password", None), name=name, **fields)

"""Books marked receipts, one after the other, until it is stopped: `python -m tests.launch.booker`.

The number of each is printed once it is committed.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db.models import Count  # noqa: E402 -- after setup

from accounts.models import User  # noqa: E402
from inventory import operations  # noqa: E402
from inventory.models import StockLevel, StockMovement  # noqa: E402
from tests.factories import make_stock, make_user  # noqa: E402

if __name__ == "__main__":
    level = StockLevel.objects.select_related("item", "location").first() or make_stock(1)
    keeper = User.objects.first() or make_user()
    marked = StockMovement.objects.filter(reference__startswith="marker-")
    number = marked.aggregate(there=Count("pk"))["there"]
    while True:
        number += 1
        operations.receive_stock(
            sku=level.item.sku,
            place=level.location.code,
            quantity=1,
            actor=keeper,
            reference=f"marker-{number}",
        )
        print(number, flush=True)

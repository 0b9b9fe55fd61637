"""What an item comes in: a box of 12, a pallet of 960."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from inventory.models import Pack
from pages import formats


def with_packs(items: Any) -> Any:
    """Add to items what they come in, for `packs_with`: their page has no query to spare."""
    packs = Pack.objects.filter(item=OuterRef("pk")).with_codes()
    row = JSONObject(label="label", factor="factor", codes="codes")
    return items.annotate(pack_rows=ArraySubquery(packs.values(row=row)))


def packs_with(item: Any) -> list[Any]:
    """The packs of an item that was read `with_packs`, the smallest first, with `codes`."""
    packs = []
    for row in item.pack_rows:
        pack: Any = Pack(item=item, label=row["label"], factor=row["factor"])
        pack.codes = row["codes"]
        packs.append(pack)
    return packs


def in_packs(quantity: int | None, packs: Sequence[Pack]) -> str:
    """Say a quantity in the largest pack that it is whole packs of, or nothing."""
    for pack in reversed(packs):
        if quantity and quantity % pack.factor == 0:
            return f"{formats.quantity(quantity // pack.factor)} × {pack}"
    return ""

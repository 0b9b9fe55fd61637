"""What a scanner says in a form of an item: how many each of its codes stands for."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.forms import Form

from inventory.models import Barcode, Item, Pack
from pages import formats


def packs_of(item: Item) -> list[Any]:
    """Its packs, the smallest first, each with its barcodes as `codes`."""
    return list(Pack.objects.filter(item=item).with_codes())


def with_packs(items: Any) -> Any:
    """Add to items what they come in, for `packs_with`: their page has no query to spare."""
    packs = Pack.objects.filter(item=OuterRef("pk")).with_codes()
    row = JSONObject(label="label", factor="factor", codes="codes")
    return items.annotate(pack_rows=ArraySubquery(packs.values(row=row)))


def packs_with(item: Any) -> list[Any]:
    """The same as `packs_of` for an item that was read `with_packs`."""
    packs = []
    for row in item.pack_rows:
        pack: Any = Pack(item=item, label=row["label"], factor=row["factor"])
        pack.codes = row["codes"]
        packs.append(pack)
    return packs


def scannable(item: Item, packs: Sequence[Any], form: Form) -> dict[str, Any]:
    """What a page must know to add up what is scanned into the quantity of `form`.

    `codes` has of each how many it stands for, and of which pack; a single one has none. Only the
    page counts in packs: what it sends are base units. `fresh` says that a quantity which is there
    already is the house's own proposal, to be typed or scanned over.
    """
    pieces = Barcode.objects.filter(item=item, pack=None).values_list("code", flat=True)
    codes: dict[str, list[Any]] = {code: [1, ""] for code in pieces}
    codes |= {code: [pack.factor, str(pack)] for pack in packs for code in pack.codes}
    codes[item.sku] = [1, ""]
    return {"item": item.sku, "codes": codes, "fresh": not form.is_bound}


def in_packs(quantity: int | None, packs: Sequence[Pack]) -> str:
    """Say a quantity in the largest pack that it is whole packs of, or nothing."""
    for pack in reversed(packs):
        if quantity and quantity % pack.factor == 0:
            return f"{formats.quantity(quantity // pack.factor)} × {pack}"
    return ""

"""Items: taken into the catalogue."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from inventory.models import Barcode, Category, Item, Tracking, Unit
from inventory.models.constraint import constraint_of
from inventory.operations.pictures import keep_picture
from jobs import idempotency


class ItemRefused(Exception):
    """A rule of the catalogue said no. The text is fit to show."""


class SkuTaken(ItemRefused):
    pass


class BarcodeTaken(ItemRefused):
    pass


_REFUSALS: dict[str, tuple[type[ItemRefused], str]] = {
    "item_sku_unique": (SkuTaken, "An item with this SKU already exists."),
    "inventory_barcode_code_key": (BarcodeTaken, "Another item has one of these barcodes."),
    "barcode_has_no_blanks": (ItemRefused, "A barcode has no blanks in it."),
}


def create_item(
    *,
    sku: str,
    name: str,
    unit: Unit,
    actor: User,
    category: Category | None = None,
    price: Decimal | None = None,
    reorder_at: int | None = None,
    stocked: bool = True,
    tracking: str = Tracking.NONE,
    barcodes: Sequence[str] = (),
    picture: bytes | None = None,
    key: UUID | None = None,
) -> Item:
    """Take an item into the catalogue, with its barcodes and its picture, or nothing of it.

    :raises SkuTaken: if there is an item with this SKU, in whatever letters
    :raises BarcodeTaken: if another item has one of the barcodes
    :raises PictureRefused: if `picture` is no picture that is taken
    :raises KeyReused: if `key` stands for another request
    """
    try:
        with transaction.atomic():
            claim = key and idempotency.claim(
                principal=f"user:{actor.pk}",
                key=key,
                request_hash=idempotency.fingerprint(
                    [
                        "item",
                        sku.upper(),
                        name,
                        unit.pk,
                        category and category.pk,
                        price,
                        reorder_at,
                        stocked,
                        tracking,
                        sorted(barcodes),
                        picture and hashlib.sha256(picture).hexdigest(),
                    ]
                ),
            )
            if claim and not claim.first:
                return Item.objects.for_user(actor).get(pk=claim.earlier["item"])
            item = Item.objects.create(
                sku=sku,
                name=name,
                unit=unit,
                category=category,
                price=price,
                reorder_at=reorder_at,
                stocked=stocked,
                tracking=tracking,
                picture=keep_picture(content=picture) if picture else None,
            )
            Barcode.objects.bulk_create(Barcode(code=code, item=item) for code in barcodes)
            if claim:
                claim.answer({"item": item.pk})
            return item
    except IntegrityError as broken:
        constraint = constraint_of(broken)
        if constraint not in _REFUSALS:
            raise
        refusal, why = _REFUSALS[constraint]
        raise refusal(why) from broken

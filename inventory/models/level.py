"""What stands of an item at a place right now, in base units."""

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from accounts.access import Scope, scope_of
from inventory.models.location import within

if TYPE_CHECKING:
    from accounts.models import User


class StockLevelQuerySet(models.QuerySet["StockLevel"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(within(scope, "location__path"))

    def for_user(self, user: "User | AnonymousUser") -> Self:
        return self.within(scope_of(user))


class StockLevel(models.Model):
    """Only `inventory.ledger` writes here, by deltas, with a movement for each."""

    item = models.ForeignKey(
        "inventory.Item", models.PROTECT, related_name="levels", db_index=False
    )
    location = models.ForeignKey("inventory.Location", models.PROTECT, related_name="levels")
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, null=True, related_name="levels", db_index=False
    )
    on_hand = models.BigIntegerField(default=0)
    allocated = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    unavailable = models.BigIntegerField(default=0)
    available = models.GeneratedField(
        expression=F("on_hand") - F("allocated") - F("held") - F("unavailable"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    version = models.BigIntegerField(default=0)

    objects = StockLevelQuerySet.as_manager()

    class Meta:
        # No index holds a quantity or the version, so every change is a HOT update.
        constraints = [
            models.UniqueConstraint(
                fields=["item", "location", "lot"],
                nulls_distinct=False,
                name="stock_level_unique",
            ),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0, allocated__gte=0, held__gte=0)
                & Q(unavailable__gte=0, available__gte=0),
                name="stock_level_keeps_promises",
                violation_error_message="More is promised here than is on hand.",
            ),
        ]
        indexes = [
            models.Index(fields=["lot"], name="stock_level_by_lot", condition=Q(lot__isnull=False))
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stock_level_lot_fits",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("lot_id", "item_id"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.lot_id IS NOT NULL"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM inventory_lot WHERE id = NEW.lot_id AND item_id = NEW.item_id
                    ) THEN
                        RAISE EXCEPTION 'the lot is one of another item'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'stock_level_lot_fits';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="stock_level_not_on_structural",
                operation=pgtrigger.UpdateOf("on_hand"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.on_hand > OLD.on_hand"),
                # FOR SHARE waits for whoever is making the place structural just now.
                declare=[("place", "inventory_location%ROWTYPE")],
                func="""
                    SELECT * INTO place FROM inventory_location
                    WHERE id = NEW.location_id FOR SHARE;
                    IF place.structural THEN
                        RAISE EXCEPTION 'nothing can stand at a structural place'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'stock_level_not_on_structural';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="stock_level_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        lot = f", lot {self.lot}" if self.lot_id else ""
        return f"{self.item} at {self.location}{lot}"

"""One line of the ledger: what changed at a level, and the balance after it."""

from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from accounts.access import Scope, scope_of
from inventory.models.clock import ClockTimestamp
from inventory.models.item import Item
from inventory.models.level import StockLevel
from inventory.models.location import Location, within

if TYPE_CHECKING:
    from accounts.models import User

QUANTITY_MAX = 1_000_000_000
_NAMED = 1000

_REFUSE = "RAISE EXCEPTION 'the ledger is append-only; reverse a movement instead';"


class MovementKind(models.TextChoices):
    RECEIVE = "receive", "Receive"
    SHIP = "ship", "Ship"
    RETURN = "return", "Return"
    ADJUST = "adjust", "Adjust"
    COUNT = "count", "Count"
    MOVE = "move", "Move"
    QUARANTINE = "quarantine", "Quarantine"
    RESTORE = "restore", "Restore"
    SCRAP = "scrap", "Scrap"
    REVERSE = "reverse", "Reverse"
    HOLD = "hold", "Hold"
    RELEASE = "release", "Release"
    EXPIRE = "expire", "Expire"
    CONFIRM = "confirm", "Confirm"
    ALLOCATE = "allocate", "Allocate"
    DEALLOCATE = "deallocate", "Deallocate"
    BREAK = "break", "Break"
    RELABEL = "relabel", "Relabel"


# What only promises: what is on hand stays.
PROMISES = frozenset(
    {
        MovementKind.HOLD,
        MovementKind.RELEASE,
        MovementKind.EXPIRE,
        MovementKind.CONFIRM,
        MovementKind.ALLOCATE,
        MovementKind.DEALLOCATE,
        MovementKind.BREAK,
    }
)


REVERSIBLE = frozenset(
    {
        MovementKind.RECEIVE,
        MovementKind.RETURN,
        MovementKind.SHIP,
        MovementKind.ADJUST,
        MovementKind.MOVE,
    }
)


_DID: dict[str, str] = {
    MovementKind.RECEIVE: "Received",
    MovementKind.SHIP: "Shipped",
    MovementKind.RETURN: "Returned",
    MovementKind.ADJUST: "Corrected",
    MovementKind.COUNT: "Counted",
    MovementKind.QUARANTINE: "Set apart",
    MovementKind.RESTORE: "Restored",
    MovementKind.SCRAP: "Scrapped",
    MovementKind.REVERSE: "Reversed",
    MovementKind.HOLD: "Held",
    MovementKind.RELEASE: "Hold released",
    MovementKind.EXPIRE: "Hold expired",
    MovementKind.CONFIRM: "Hold confirmed",
    MovementKind.ALLOCATE: "Allocated",
    MovementKind.DEALLOCATE: "Allocation given back",
    MovementKind.BREAK: "Promise broken",
    MovementKind.RELABEL: "Its place changed",
}
_NOUN: dict[str, str] = {
    MovementKind.RECEIVE: "Receipt",
    MovementKind.SHIP: "Shipment",
    MovementKind.RETURN: "Return",
    MovementKind.ADJUST: "Correction",
    MovementKind.MOVE: "Move",
}


# What a number on paper may be the number of.
_NUMBERED = ("order", "invoice", "delivery")


def references_called(text: str) -> list[str]:
    """What `text` may mean as a reference: itself, or the bare number of a document."""
    return [text] if ":" in text else [text, *(f"{noun}:{text}" for noun in _NUMBERED)]


def belongs_to(reference: str) -> str:
    """Where a reference leads: a hold has a page, all else its movements."""
    noun, _, number = reference.partition(":")
    if noun == "hold" and number.isascii() and number.isdecimal():
        return reverse("inventory:hold-detail", args=[number])
    return f"{reverse('inventory:movement-list')}?{urlencode({'reference': reference})}"


def _promises(*, held: int = 0, allocated: int = 0, **kind: Any) -> Q:
    """The condition that a line of this kind only promises, or takes back, in these directions."""
    sign = {1: "__gt", 0: "", -1: "__lt"}
    return Q(
        **kind,
        **{f"held_delta{sign[held]}": 0, f"allocated_delta{sign[allocated]}": 0},
        on_hand_delta=0,
        unavailable_delta=0,
    )


def _sets_apart(**kind: Any) -> Q:
    """The condition that a line of this kind leaves promises alone."""
    return Q(**kind, allocated_delta=0, held_delta=0)


class StockMovementQuerySet(models.QuerySet["StockMovement"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(within(scope, "level__location__path"))

    def for_user(self, user: "User | AnonymousUser") -> Self:
        return self.within(scope_of(user))

    def of_item(self, item: Item) -> Self:
        return self._of_levels(StockLevel.objects.filter(item=item))

    def at(self, place: Location) -> Self:
        """Those at `place` and at everything beneath it."""
        return self._of_levels(StockLevel.objects.filter(location__path__at_or_below=place.path))

    def of_lots(self, code: str) -> Self:
        """Those of every lot with this code, in any case."""
        return self._of_levels(StockLevel.objects.filter(lot__code__iexact=code))

    def search(self, text: str) -> Self:
        """Of the item with this SKU or barcode, or with a reference that begins so."""
        if item := Item.objects.by_code(text).first():
            return self.of_item(item)
        # The index has only lines with a reference, and must be told that these have one.
        begins = Q(reference__startswith=text) | Q(reference__in=references_called(text))
        return self.filter(begins).exclude(reference="")

    def _of_levels(self, levels: QuerySet[StockLevel]) -> Self:
        # A few are named one by one, so that PostgreSQL goes to them; many it rather finds on
        # its way along the ledger.
        named = list(levels.values_list("pk", flat=True)[: _NAMED + 1])
        return self.filter(level__in=named if len(named) <= _NAMED else levels)


class StockMovement(models.Model):
    """Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE even to the owner.

    Personal data never stands here: free text is a `MovementNote`, people are anonymised.
    """

    # The unique constraint on (level, version) is the index of this key.
    level = models.ForeignKey(
        "inventory.StockLevel", models.PROTECT, related_name="movements", db_index=False
    )
    version = models.BigIntegerField(help_text="The level's version after it: 1, 2, 3, no gap.")
    kind = models.CharField(max_length=12, choices=MovementKind)
    on_hand_delta = models.BigIntegerField(default=0)
    allocated_delta = models.BigIntegerField(default=0)
    held_delta = models.BigIntegerField(default=0)
    unavailable_delta = models.BigIntegerField(default=0)
    on_hand_after = models.BigIntegerField()
    allocated_after = models.BigIntegerField()
    held_after = models.BigIntegerField()
    unavailable_after = models.BigIntegerField()
    sells_after = models.BooleanField(
        default=True, help_text="Whether what stood there could be sold, so was available."
    )
    actor = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        related_name="movements",
        db_index=False,
        help_text="Nobody when the clock did it.",
    )
    reason = models.ForeignKey(
        "inventory.Reason", models.PROTECT, null=True, related_name="movements", db_index=False
    )
    reference = models.CharField(max_length=100, blank=True, default="")
    group = models.UUIDField(null=True, help_text="Lines that were booked as one.")
    reversal_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversal")
    effective_at = models.DateTimeField(db_default=ClockTimestamp())
    recorded_at = models.DateTimeField(db_default=ClockTimestamp())

    objects = StockMovementQuerySet.as_manager()

    class Meta:
        constraints = [
            # The chain is gapless to check, and the order beyond doubt.
            models.UniqueConstraint(
                fields=["level", "version"], name="stock_movement_version_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MovementKind.values), name="stock_movement_kind_valid"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["receive", "return"], on_hand_delta__gt=0)
                | Q(kind="ship", on_hand_delta__lt=0)
                | Q(kind="adjust") & ~Q(on_hand_delta=0)
                | Q(kind="reverse")
                | Q(
                    kind="relabel",
                    on_hand_delta=0,
                    allocated_delta=0,
                    held_delta=0,
                    unavailable_delta=0,
                )
                | _promises(held=+1, kind="hold")
                | _promises(held=-1, kind__in=["release", "expire"])
                | _promises(held=-1, allocated=+1, kind="confirm")
                & Q(allocated_delta=F("held_delta") * -1)
                | _promises(allocated=+1, kind="allocate")
                | _promises(allocated=-1, kind="deallocate")
                | _promises(held=-1, kind="break")
                | _promises(allocated=-1, kind="break")
                | Q(kind="count", allocated_delta=0, held_delta=0)
                | Q(kind="move", on_hand_delta__gt=0)
                & Q(allocated_delta__gte=0, held_delta__gte=0, unavailable_delta__gte=0)
                | Q(kind="move", on_hand_delta__lt=0)
                & Q(allocated_delta__lte=0, held_delta__lte=0, unavailable_delta__lte=0)
                | _sets_apart(unavailable_delta__gt=0, on_hand_delta=0, kind="quarantine")
                | _sets_apart(unavailable_delta__lt=0, on_hand_delta=0, kind="restore")
                | _sets_apart(unavailable_delta__lte=0, on_hand_delta__lt=0, kind="scrap"),
                name="stock_movement_does_what_it_says",
            ),
            models.CheckConstraint(
                condition=Q(kind="expire") | Q(actor__isnull=False),
                name="stock_movement_only_the_clock_has_no_actor",
            ),
            models.CheckConstraint(
                condition=Q(on_hand_delta__range=(-QUANTITY_MAX, QUANTITY_MAX)),
                name="stock_movement_in_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    on_hand_after__gte=F("allocated_after")
                    + F("held_after")
                    + F("unavailable_after"),
                    allocated_after__gte=0,
                    held_after__gte=0,
                    unavailable_after__gte=0,
                ),
                name="stock_movement_keeps_promises",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["adjust", "quarantine", "scrap"]) | Q(reason__isnull=False),
                name="stock_movement_tells_why",
            ),
            models.CheckConstraint(
                condition=Q(kind="reverse", reversal_of__isnull=False)
                | ~Q(kind="reverse") & Q(reversal_of__isnull=True),
                name="stock_movement_reverse_names_its_line",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="stock_movement_version_from_one"
            ),
        ]
        indexes = [
            # The operator class serves `=` as well as `LIKE 'order:1042%'` in any locale.
            models.Index(
                OpClass(F("reference"), "text_pattern_ops"),
                name="stock_movement_by_reference",
                condition=~Q(reference=""),
            ),
            models.Index(fields=["recorded_at", "id"], name="stock_movement_by_time"),
            # Promises do not pay for it.
            models.Index(
                fields=["level", "effective_at"],
                name="stock_movement_by_effect",
                condition=~Q(on_hand_delta=0),
            ),
            # What was booked as one: both places of a move, the lots of a shipment.
            models.Index(
                fields=["group"],
                name="stock_movement_by_group",
                condition=Q(group__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stock_movement_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=_REFUSE,
            ),
            pgtrigger.Trigger(
                name="stock_movement_no_truncate",
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                func=_REFUSE,
            ),
        ]
        permissions = [
            ("receive_stock", "Can receive stock"),
            ("ship_stock", "Can ship stock"),
            ("return_stock", "Can take stock back"),
            ("adjust_stock", "Can correct stock"),
            ("move_stock", "Can move stock"),
            ("count_stock", "Can count stock"),
            ("quarantine_stock", "Can set stock apart, or restore it"),
            ("scrap_stock", "Can throw stock away"),
            ("reverse_stock", "Can reverse a movement"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on_hand_delta:+}"

    def get_absolute_url(self) -> str:
        """Its line in the timeline of the item; `level` should be loaded."""
        item = reverse("inventory:item-detail", args=[self.level.item_id])
        return f"{item}?line={self.pk}#line-{self.pk}"

    def did(self) -> str:
        """What it says was done: `Received`, `Damaged`, `Shipment reversed`.

        `reason` and `reversal_of` should be loaded.
        """
        if self.kind == MovementKind.REVERSE and self.reversal_of:
            return f"{_NOUN[self.reversal_of.kind]} reversed"
        if self.kind == MovementKind.ADJUST and self.reason:
            return self.reason.label
        if self.kind == MovementKind.MOVE:
            return "Moved from" if self.on_hand_delta < 0 else "Moved to"
        if self.kind == MovementKind.COUNT and self.reason:
            return f"Counted: {self.reason.label}"
        return _DID[self.kind]

    def booked_with(self) -> list["StockMovement"]:
        """It and what is undone with it, in the order of booking: of a move the line at the other
        place, and all lots that were taken as one. `level` should be loaded.
        """
        together = StockMovement.objects.filter(
            group=self.group, kind=self.kind, level__item_id=self.level.item_id
        )
        if self.kind != MovementKind.MOVE:
            if self.group is None or self.level.lot_id is None:
                return [self]
            together = together.filter(level__location_id=self.level.location_id)
        return list(together.select_related("level__location").order_by("pk"))

    def may_be_reversed(self) -> bool:
        """Whether it can be undone now: its kind can, nobody has, and what it brought is free.

        A hint for a page, under the lock the ledger decides. `level` and `reversal` should be
        loaded.
        """
        if self.kind not in REVERSIBLE:
            return False
        if getattr(self, "reversal", None) is not None:
            return False
        free: int = self.level.available
        return free >= self.on_hand_delta

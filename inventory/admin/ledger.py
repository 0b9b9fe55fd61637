"""The ledger and what is computed from it: to be read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.access import scope_of
from inventory.models import (
    Allocation,
    Hold,
    LedgerCheck,
    LowStock,
    StockLevel,
    StockMovement,
)
from pages.admin import LedgerAdmin, refuse_nul
from pages.formats import delta


@admin.register(StockLevel)
class StockLevelAdmin(LedgerAdmin):
    list_display = [
        "item",
        "location",
        "lot",
        "on_hand",
        "allocated",
        "held",
        "unavailable",
        "available",
        "version",
    ]
    list_select_related = ["item", "location", "lot"]
    search_fields = ["item__sku__iexact", "location__code__iexact"]
    search_help_text = "A SKU or the code of a place"
    ordering = ["-pk"]
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockLevel]:
        return StockLevel.objects.for_user(request.user)


@admin.register(StockMovement)
class StockMovementAdmin(LedgerAdmin):
    list_display = [
        "recorded_at",
        "what",
        "level",
        "change",
        "on_hand_after",
        "reference",
        "reason",
        "actor",
    ]
    list_select_related = [
        "level__item",
        "level__location",
        "level__lot",
        "actor",
        "reason",
        "reversal_of",
    ]
    search_fields = ["level__item__sku__iexact", "reference__startswith"]
    search_help_text = "A SKU, or how a reference begins"
    ordering = ["-recorded_at", "-pk"]
    sortable_by = ()

    @admin.display(description="What")
    def what(self, movement: StockMovement) -> str:
        return movement.did()

    @admin.display(description="On hand")
    def change(self, movement: StockMovement) -> str:
        return delta(movement.on_hand_delta)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockMovement]:
        return StockMovement.objects.for_user(request.user)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        # As the list among the pages: an OR over two tables would read a million lines.
        refuse_nul(search_term)
        return (queryset.search(search_term) if search_term else queryset), False


@admin.register(Hold)
class HoldAdmin(LedgerAdmin):
    list_display = ["__str__", "status", "principal", "contact", "reference", "expires_at"]
    list_filter = ["status"]
    search_fields = ["reference__istartswith", "contact__istartswith"]
    search_help_text = "How a reference or a contact begins"
    ordering = ["-pk"]
    sortable_by = ()
    exclude = ["request_hash"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hold]:
        return Hold.objects.for_user(request.user)


@admin.register(Allocation)
class AllocationAdmin(LedgerAdmin):
    list_display = ["reference", "level", "quantity", "created_at"]
    list_select_related = ["level__item", "level__location", "level__lot"]
    search_fields = ["reference__istartswith", "level__item__sku__iexact"]
    search_help_text = "A SKU, or how a reference begins"
    ordering = ["-pk"]
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Allocation]:
        return Allocation.objects.for_user(request.user)


class HouseAdmin(LedgerAdmin):
    """For what is said of the house as a whole: whoever sees a part of it is shown nothing."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if scope_of(request.user).everywhere else rows.none()


@admin.register(LedgerCheck)
class LedgerCheckAdmin(HouseAdmin):
    list_display = [
        "started_at",
        "full",
        "differences",
        "levels_proved",
        "levels",
        "movements_read",
        "seconds",
    ]
    list_filter = ["full"]
    ordering = ["-pk"]
    sortable_by = ()


@admin.register(LowStock)
class LowStockAdmin(HouseAdmin):
    list_display = ["item", "out", "since"]
    list_select_related = ["item"]
    list_filter = ["out"]
    search_fields = ["item__sku__iexact"]
    ordering = ["-since", "-pk"]
    sortable_by = ()

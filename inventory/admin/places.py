"""Places and reasons, edited by staff."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from inventory import operations
from inventory.models import Location, MovementKind, Reason
from inventory.models.reason import KINDS
from pages.admin import CatalogueAdmin
from pages.templatetags import look


class LocationAdminForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        parent: Location | None = cleaned.get("parent")
        place: Location = self.instance
        if parent and place.pk and Location.objects.below(place).filter(pk=parent.pk).exists():
            self.add_error("parent", "A place cannot stand inside itself.")
        if cleaned.get("structural") and place.pk and place.levels.filter(on_hand__gt=0).exists():
            self.add_error(
                "structural", "Stock stands here. Move it away first, then make it structural."
            )
        return cleaned


@admin.register(Location)
class LocationAdmin(CatalogueAdmin):
    form = LocationAdminForm
    list_display = ["plate", "name", "kind", "parent", "structural", "sellable", "priority"]
    list_display_links = ["plate"]
    list_editable = ["priority"]
    list_filter = ["kind", "sellable", "structural"]
    list_select_related = ["parent"]
    search_fields = ["code__istartswith", "name__icontains"]
    ordering = ["code", "pk"]
    autocomplete_fields = ["parent"]
    readonly_fields = ["sells"]
    actions = ["stop_selling", "sell_again"]
    refusals = (operations.PlaceRefused,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Location]:
        return Location.objects.for_user(request.user)

    @admin.display(description="Code", ordering="code")
    def plate(self, place: Location) -> SafeString:
        return look.plate(place.code)

    def save_model(
        self, request: HttpRequest, obj: Location, form: forms.ModelForm, change: bool
    ) -> None:
        operations.save_place(place=obj, actor=request.user)  # type: ignore[arg-type]  # signed in

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Movements name their place for good; a place that is gone is made structural.
        return False

    @admin.action(description="Stop selling from here")
    def stop_selling(self, request: HttpRequest, queryset: QuerySet[Location]) -> None:
        self._sell(request, queryset, sellable=False)

    @admin.action(description="Sell from here again")
    def sell_again(self, request: HttpRequest, queryset: QuerySet[Location]) -> None:
        self._sell(request, queryset, sellable=True)

    def _sell(self, request: HttpRequest, places: QuerySet[Location], *, sellable: bool) -> None:
        with transaction.atomic():
            for place in places.order_by("pk"):
                place.sellable = sellable
                operations.save_place(place=place, actor=request.user)  # type: ignore[arg-type]  # signed in
        messages.success(request, f"{len(places)} places changed.")


@admin.register(Reason)
class ReasonAdmin(CatalogueAdmin):
    list_display = ["label", "code", "kinds", "active"]
    list_editable = ["active"]
    list_filter = ["active"]
    search_fields = ["code", "label"]
    ordering = ["label", "pk"]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "kinds":
            return forms.TypedMultipleChoiceField(
                choices=[(kind, MovementKind(kind).label) for kind in KINDS],
                widget=forms.CheckboxSelectMultiple,
                label="Offered for",
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

"""Places and reasons, edited by staff."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.access import scope_of
from accounts.admin.actor import actor_of
from accounts.models import User
from inventory import operations
from inventory.models import Location, MovementKind, Reason
from inventory.models.reason import KINDS
from pages.admin import CatalogueAdmin
from pages.templatetags import look


class LocationAdminForm(forms.ModelForm):
    actor: User  # set by the admin, for each request

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (parent := self.fields.get("parent")) and isinstance(parent, forms.ModelChoiceField):
            # A place that somebody does not see is none, whatever number they send.
            parent.queryset = Location.objects.for_user(self.actor)

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
        # In order: the fields that search a place page through it as it is.
        return Location.objects.for_user(request.user).order_by(*self.ordering)

    @admin.display(description="Code", ordering="code")
    def plate(self, place: Location) -> SafeString:
        return look.plate(place.code)

    def get_list_display(self, request: HttpRequest) -> Any:
        # What stands above the places that somebody was granted is not theirs to see.
        scope = scope_of(request.user)

        @admin.display(description="Under", ordering="parent__code")
        def under(place: Location) -> str:
            return place.parent.code if place.parent and scope.covers(place.parent.path) else ""

        return [under if name == "parent" else name for name in super().get_list_display(request)]

    def get_fields(self, request: HttpRequest, obj: Location | None = None) -> Any:
        fields = list(super().get_fields(request, obj))
        above = obj.parent if obj else None
        if above and not scope_of(request.user).covers(str(above.path)):
            fields.remove("parent")
        return fields

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"actor": actor_of(request)})

    def save_model(
        self, request: HttpRequest, obj: Location, form: forms.ModelForm, change: bool
    ) -> None:
        operations.save_place(place=obj, actor=actor_of(request))

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
                operations.save_place(place=place, actor=actor_of(request))
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

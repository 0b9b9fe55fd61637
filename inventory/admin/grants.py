"""Rights by place: who may see and move stock where. Every change is an operation."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from accounts.access import movable_scope_of
from accounts.admin.actor import actor_of
from accounts.models import Role
from inventory import operations
from inventory.models import Grant
from pages.admin import CatalogueAdmin
from pages.templatetags import look


@admin.register(Grant)
class GrantAdmin(CatalogueAdmin):
    list_display = ["holder", "where", "called", "may"]
    list_display_links = ["holder"]
    list_filter = ["may_move"]
    list_select_related = ["user", "role", "location"]
    search_fields = [
        "user__name__icontains",
        "user__email__istartswith",
        "role__name__icontains",
        "location__code__istartswith",
    ]
    search_help_text = "A person, a role, or the code of a place"
    ordering = ["location__code", "pk"]
    sortable_by = ()
    autocomplete_fields = ["user", "location"]
    actions = None  # each that goes has its own consequence, said before
    refusals = (operations.GrantRefused,)

    @admin.display(description="Who")
    def holder(self, grant: Grant) -> str:
        return f"Everybody with the role {grant.role}" if grant.role else str(grant.user)

    @admin.display(description="Place")
    def where(self, grant: Grant) -> SafeString:
        return look.plate(grant.location.code)

    @admin.display(description="Called")
    def called(self, grant: Grant) -> str:
        return grant.location.name

    @admin.display(description="May")
    def may(self, grant: Grant) -> str:
        return "See and move" if grant.may_move else "See"

    def get_readonly_fields(self, request: HttpRequest, obj: Grant | None = None) -> Any:
        # For another person or place it is another grant: give that one, and take this one.
        return ["user", "role", "location"] if obj else []

    def get_fieldsets(self, request: HttpRequest, obj: Grant | None = None) -> Any:
        if obj is not None:
            fields = ["user" if obj.user_id else "role", "location", "may_move"]
            return [(None, {"fields": fields, "description": _what_its_end_opens(obj)})]
        said = (
            "To one person, or to everybody with a role. The first grant keeps somebody to its "
            "place and all beneath it; more of them add up."
        )
        fields = ["user", "role", "location", "may_move"]
        return [(None, {"fields": fields, "description": said})]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "role":
            kwargs["queryset"] = Role.objects.order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Grant, form: forms.ModelForm, change: bool
    ) -> None:
        actor = actor_of(request)
        if change:
            operations.change_grant(grant=obj.pk, may_move=obj.may_move, actor=actor)
            return
        given = operations.grant_place(
            holder=obj.holder, place=obj.location, may_move=obj.may_move, actor=actor
        )
        obj.pk = given.pk

    def delete_model(self, request: HttpRequest, obj: Grant) -> None:
        said = _what_its_end_opens(obj)
        operations.take_grant(grant=obj.pk, actor=actor_of(request))
        if said:
            messages.warning(request, said)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        grant = self.get_object(request, object_id)
        said = _what_its_end_opens(grant) if grant else ""
        return super().delete_view(request, object_id, {**(extra_context or {}), "opens": said})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _sees_all(request) and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _sees_all(request) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return _sees_all(request) and super().has_add_permission(request, *args)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _sees_all(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _sees_all(request) and super().has_delete_permission(request, obj)


def _sees_all(request: HttpRequest) -> bool:
    """Grants name places of the whole house, and are given by who may move stock everywhere."""
    return movable_scope_of(request.user).everywhere


def _what_its_end_opens(grant: Grant) -> str:
    """Say who would see every place without this grant."""
    alone = operations.count_last_of(grant)
    if not alone:
        return ""
    if grant.user:
        return f"{grant.user} has no other grant, and without this one sees and moves everything."
    people = "1 person" if alone == 1 else f"{alone} people"
    return (
        f"Of those with the role {grant.role}, {people} without any other grant: "
        "once this one is gone they see and move everything."
    )

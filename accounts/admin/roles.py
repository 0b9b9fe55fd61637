"""Roles and what they may do."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import operations
from accounts.admin.actor import actor_of
from accounts.models import Role
from pages.admin import CatalogueAdmin

# Of what others bring along, nothing is for roles: their tables have no door but their own.
OURS = ("inventory", "jobs", "accounts")


class RoleForm(forms.ModelForm):
    class Meta:
        model = Role
        fields = ["name", "permissions"]

    def clean_name(self) -> str:
        """A role is known by its name, in whatever case somebody writes it."""
        name = str(self.cleaned_data["name"]).strip()
        if Role.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("A role is called so already.")
        return name


@admin.register(Role)
class RoleAdmin(CatalogueAdmin):
    form = RoleForm
    list_display = ["name"]
    search_fields = ["name__icontains"]
    ordering = ["name", "pk"]
    refusals = (operations.PeopleError,)
    filter_horizontal = ["permissions"]

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = (
            Permission.objects.filter(content_type__app_label__in=OURS)
            .select_related("content_type")
            .order_by("content_type__app_label", "codename")
        )
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool
    ) -> None:
        operations.set_permissions(
            role=form.instance,
            permissions=form.cleaned_data["permissions"],
            actor=actor_of(request),
        )

    def delete_model(self, request: HttpRequest, obj: Role) -> None:
        operations.delete_roles(roles=[obj], actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Role]) -> None:
        operations.delete_roles(roles=list(queryset), actor=actor_of(request))

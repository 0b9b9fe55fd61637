"""Roles and what they may do."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Permission
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import operations
from accounts.models import Role, User
from pages.admin import CatalogueAdmin

# Of what others bring along, nothing is for roles: their tables have no door but their own.
OURS = ("inventory", "jobs", "accounts")


class RoleForm(forms.ModelForm):
    class Meta:
        model = Role
        fields = ["name", "permissions"]

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).strip()


@admin.register(Role)
class RoleAdmin(CatalogueAdmin):
    form = RoleForm
    list_display = ["name"]
    search_fields = ["name__icontains"]
    ordering = ["name", "pk"]
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
        actor = request.user
        assert isinstance(actor, User)  # noqa: S101 -- the admin lets nobody else in
        operations.set_permissions(
            role=form.instance, permissions=form.cleaned_data["permissions"], actor=actor
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except operations.PeopleError as refusal:
            messages.error(request, f"{refusal} Nothing was changed.")
            return redirect(request.get_full_path())

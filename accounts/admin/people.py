"""People: invited, given roles, let go. Every change is an operation."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.options import ActionLocation
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import operations, rank
from accounts.access import places_of, scope_of
from accounts.admin.actor import actor_of
from accounts.models import Role, User
from accounts.site import site_of
from pages.admin import CatalogueAdmin

EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]


class PersonForm(forms.ModelForm):
    actor: User  # set by the admin, for each request

    roles = forms.ModelMultipleChoiceField(
        queryset=Role.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Roles that give more than you have are not shown.",
    )

    class Meta:
        model = User
        fields = ["email", "name", "is_staff", "is_superuser"]
        labels = {"is_superuser": "Has all rights"}
        help_texts = {"is_superuser": "Everything, in every place, with or without roles."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has = self.instance.groups.all() if self.instance.pk else Role.objects.none()
        kept = {role.pk for role in has}
        shown = [
            role.pk
            for role in Role.objects.all()
            if role.pk in kept or rank.may_give(self.actor, role)
        ]
        roles = self.fields["roles"]
        assert isinstance(roles, forms.ModelMultipleChoiceField)  # noqa: S101 -- for mypy
        roles.queryset = Role.objects.filter(pk__in=shown).order_by("name")
        roles.initial = kept
        if "is_superuser" in self.fields and not self.actor.is_superuser:
            del self.fields["is_superuser"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class RoleFilter(RelatedFieldListFilter):
    """Django names it after the column."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "role"


@admin.register(User)
class PersonAdmin(CatalogueAdmin):
    form = PersonForm
    list_display = ["name", "email", "in_roles", "is_staff", "is_active", "invited_at", "last_here"]
    list_filter = ["is_active", "is_staff", ("groups", RoleFilter)]
    search_fields = ["name__icontains", "email__istartswith"]
    search_help_text = "Name or address"
    ordering = ["name", "pk"]
    refusals = (operations.PeopleError,)
    actions = ["invite_again", "deactivate", "reactivate"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        who = {"fields": ["email", "name", "roles", "is_staff"]}
        if obj is None:
            said = "They get a mail with a link to choose a password. It is good for 7 days."
            return [(None, {**who, "description": said})]
        if actor_of(request).is_superuser:
            who["fields"].append("is_superuser")
        seen = ["is_active", "invited_at", "last_login", "joined_at"]
        return [(None, who), ("What happened", {"fields": seen})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return ["is_active", "invited_at", "last_login", "joined_at"]

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[PersonForm]:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"actor": actor_of(request)})

    @admin.display(description="Roles")
    def in_roles(self, person: User) -> str:
        if person.is_superuser:
            return "All rights"
        return ", ".join(sorted(role.name for role in person.groups.all())) or "None"

    @admin.display(description="Last sign-in", ordering="last_login", empty_value="Never")
    def last_here(self, person: User) -> Any:
        return person.last_login

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or rank.may_change(actor_of(request), obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # the ledger names people

    def save_model(
        self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool
    ) -> None:
        given, actor = form.cleaned_data, actor_of(request)
        roles = {role.name for role in given["roles"]}
        who = {"email": given["email"], "name": given["name"], "actor": actor}
        if not change:
            site = site_of(request)
            person = operations.invite(**who, roles=roles, staff=given["is_staff"], site=site)
            obj.pk = person.pk
            messages.info(request, f"{person.email} gets a mail with a link.")
            return
        narrowed = places_of(User.objects.get(pk=obj.pk))
        operations.set_details(person=obj.pk, **who)
        person = operations.set_roles(
            person=obj.pk,
            roles=roles,
            staff=given["is_staff"],
            superuser=given.get("is_superuser"),
            actor=actor,
        )
        if narrowed and scope_of(User.objects.get(pk=obj.pk)).everywhere:
            messages.warning(request, f"{person} sees and moves stock at every place now.")

    def save_related(self, *args: Any) -> None:
        """Roles were written by the operation."""

    @admin.action(description="Invite again", permissions=["change"], location=EVERYWHERE)
    def invite_again(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        site = site_of(request)
        self._each(
            request, queryset, "invited", lambda **who: operations.invite_again(**who, site=site)
        )

    @admin.action(
        description="Let go: sign out and keep out", permissions=["change"], location=EVERYWHERE
    )
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, "let go", operations.deactivate)

    @admin.action(
        description="Let in again, by a new invitation", permissions=["change"], location=EVERYWHERE
    )
    def reactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        site = site_of(request)
        self._each(
            request, queryset, "let in again", lambda **who: operations.reactivate(**who, site=site)
        )

    def _each(
        self,
        request: HttpRequest,
        people: QuerySet[User],
        done: str,
        act: Callable[..., User],
    ) -> None:
        """Do `act` to each of `people`, and say of each what became of it."""
        for person in people.order_by("pk"):
            try:
                act(person=person.pk, actor=actor_of(request))
            except operations.PeopleError as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, f"{person} is {done}.")

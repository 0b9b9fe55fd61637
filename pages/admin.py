"""What the admins of all apps share. It is an edge: whatever has a rule goes through operations."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from psycopg.errors import CheckViolation, UniqueViolation

from pages.lists import about


class EstimatingPaginator(Paginator):
    """Counts exactly to 10,000 and then believes the planner; ends after 100 pages.

    A page is an OFFSET, and PostgreSQL reads what it skips: page 10,000 of a million rows takes a
    second. Who would go there filters or searches instead, or uses the list among the pages.
    """

    last_page = 100

    @cached_property
    def count(self) -> int:
        return about(self.object_list)  # type: ignore[arg-type]  # the admin gives a queryset

    @cached_property
    def num_pages(self) -> int:
        return min(super().num_pages, self.last_page)


TAKEN = "This is taken: somebody saved the same a moment ago."
# What Django's filters put behind the name of their column.
_ASKED = ("", "__exact", "__id__exact", "__isnull", "__isempty", "__gte", "__lt")


def refuse_nul(*texts: str) -> None:
    """Refuse the one character that PostgreSQL keeps in no text, and psycopg sends in none."""
    if any("\0" in text for text in texts):
        raise BadRequest("The address holds a character that no text here can have.")


class CatalogueAdmin(ModelAdmin):
    """For tables that staff edit, however many rows they have."""

    # What its operations raise when a rule says no: told in the form, with what was typed.
    refusals: tuple[type[Exception], ...] = ()

    paginator = EstimatingPaginator
    show_full_result_count = False
    list_per_page = 50  # a row that can be edited is a form, and costs as one

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let the address of a list ask what the filters beside it ask, and nothing else.

        Django lets it ask every column of the table itself, in every way: who may see a list of
        people would find out their password hashes, letter by letter.
        """
        return lookup in set(self._lookups(request))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        refuse_nul(*(value for _, values in request.GET.lists() for value in values))
        for row in request.POST.getlist(ACTION_CHECKBOX_NAME):
            _read(self.opts.pk, row)
        parent = super().changelist_view
        if request.method != "POST" or "_save" in request.POST:
            return self._saved(request, lambda: parent(request, extra_context))
        try:
            with transaction.atomic():
                return parent(request, extra_context)
        except self.refusals as refusal:
            messages.error(request, f"{refusal} Nothing was changed.")
            return redirect(request.get_full_path())

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        for name in self.get_autocomplete_fields(request):
            # Django looks up what is chosen when it shows the form anew, also what is no key.
            if chosen := request.POST.get(name):
                _read(self.opts.get_field(name), chosen)
        parent = super().changeform_view
        return self._saved(request, lambda: parent(request, object_id, form_url, extra_context))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except self.refusals as refusal:
            messages.error(request, f"{refusal} Nothing was deleted.")
            return redirect(request.get_full_path())

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address of a new form fills in: which row it belongs to, nothing else."""
        given = super().get_changeform_initial_data(request)
        names = {field.name for field in self.opts.fields if field.many_to_one}
        filled = {name: value for name, value in given.items() if name in names}
        for name, value in filled.items():
            _read(self.opts.get_field(name), str(value))
        return filled

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return _refusing(form, request)

    def _saved(self, request: HttpRequest, save: Callable[[], HttpResponse]) -> HttpResponse:
        """Answer what `save` does, or its form anew with what was typed and why it was refused.

        Django saves in a transaction: all of it is undone when somebody else was faster with the
        same code, or an operation refuses. The form is then read once more, and is not saved.
        """
        try:
            return save()
        except self.refusals as refusal:
            _note(request, str(refusal))
        except IntegrityError as broken:
            _note(request, _why(broken))
        return save()

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        # The lists that offer what can be chosen in a form ask here, too.
        refuse_nul(search_term)
        return super().get_search_results(request, queryset, search_term)

    def _lookups(self, request: HttpRequest) -> Iterator[str]:
        if self.date_hierarchy:
            yield from (f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day"))
        for each in self.get_list_filter(request):
            if isinstance(each, type):
                yield str(getattr(each, "parameter_name", ""))
                continue
            name = each[0] if isinstance(each, list | tuple) else each
            yield from (f"{name}{asked}" for asked in _ASKED)

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        """A cell that can be edited says to a screen reader what it is; Django's says nothing."""
        formset = super().get_changelist_formset(request, **kwargs)
        for name, field in formset.form.base_fields.items():
            field.widget.attrs["aria-label"] = field.label or name
        return _refusing(formset, request)


def _read(field: Any, value: str) -> None:
    """Refuse what a column could not read, where Django would fail of it.

    :raises BadRequest: with the words of the field
    """
    try:
        field.to_python(value)
    except ValidationError as unreadable:
        raise BadRequest(
            f"{' '.join(unreadable.messages)} Open the list and choose anew."
        ) from unreadable


def _why(broken: IntegrityError) -> str:
    """Say what the database refused, if somebody may be told.

    :raises IntegrityError: if it is no rule that people can run into
    """
    if isinstance(broken.__cause__, UniqueViolation):
        return TAKEN
    if isinstance(broken.__cause__, CheckViolation):
        return f"{str(broken).splitlines()[0].rstrip('.').capitalize()}. Look at it again."
    raise broken


def _note(request: HttpRequest, refusal: str) -> None:
    request.refusal = refusal  # type: ignore[attr-defined]  # ours, for `_refusing`
    for _, files in request.FILES.lists():
        for file in files:
            file.seek(0)  # it was read once


def _refusing(form: Any, request: HttpRequest) -> Any:
    """Give `form`, a form or formset, the error that its saving ended in."""
    refusal = getattr(request, "refusal", None)
    if refusal is None:
        return form

    class Refused(form):  # type: ignore[misc]  # built at run time
        def full_clean(self) -> None:
            super().full_clean()
            if not self.is_bound or any(self.errors):
                return  # now that the other's row is there, the form finds it at its field
            if hasattr(self, "add_error"):
                self.add_error(None, refusal)
            else:
                self._non_form_errors.extend([refusal])

    Refused.__name__ = form.__name__
    return Refused


class LedgerAdmin(CatalogueAdmin):
    """For tables that only their one door writes: to be read, by nobody to be changed."""

    list_max_show_all = 0
    actions = None

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

"""The catalogue, edited by staff."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from inventory import operations
from inventory.models import Barcode, Category, Item, Lot, Pack, Picture, Unit
from pages.admin import CatalogueAdmin


class ItemAdminForm(forms.ModelForm):
    new_picture = forms.FileField(
        required=False, label="Picture", help_text="PNG, JPEG or WebP, up to 10 MB."
    )

    def clean_new_picture(self) -> Picture | None:
        given: UploadedFile | None = self.cleaned_data["new_picture"]
        if given is None:
            return None
        try:
            return operations.keep_picture(content=given.read())
        except operations.PictureRefused as refusal:
            raise ValidationError(str(refusal)) from refusal


class NamedRows(forms.BaseInlineFormSet):
    """Rows whose boxes to delete them say what goes; Django's say nothing to a screen reader."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            named = f"Delete {form.instance}" if form.instance.pk else "Delete"
            form.fields["DELETE"].widget.attrs["aria-label"] = named


class PackForm(forms.ModelForm):
    class Meta:
        widgets = {
            "label": forms.TextInput(attrs={"aria-label": "Pack"}),
            "factor": forms.NumberInput(attrs={"aria-label": "How many it holds"}),
        }


class PackInline(admin.TabularInline):
    model = Pack
    form = PackForm
    formset = NamedRows
    extra = 0


class BarcodeForm(forms.ModelForm):
    class Meta:
        widgets = {"code": forms.TextInput(attrs={"aria-label": "Barcode"})}


class BarcodeInline(admin.TabularInline):
    """The barcodes of an item; a pack is saved before one can stand for it."""

    model = Barcode
    form = BarcodeForm
    formset = NamedRows
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        pack: Any = formset.form.base_fields.get("pack")
        if pack is not None:
            pack.queryset = Pack.objects.filter(item=obj).order_by("factor", "pk")
            pack.empty_label = "A single one"
        return formset

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "pack" and field is not None:
            field.widget.attrs["aria-label"] = "Which pack it stands for"
        return field


@admin.register(Item)
class ItemAdmin(CatalogueAdmin):
    form = ItemAdminForm
    list_display = ["sku", "name", "category", "price", "reorder_at", "stocked", "status"]
    list_editable = ["reorder_at"]
    list_filter = ["status", "stocked", "category"]
    list_select_related = ["category"]
    search_fields = ["sku__istartswith", "name__icontains"]
    search_help_text = "The beginning of a SKU, or part of a name"
    ordering = ["sku", "pk"]
    sortable_by = ["sku", "name"]
    inlines = [PackInline, BarcodeInline]
    readonly_fields = ["last_moved_at", "created_at"]

    def save_model(
        self, request: HttpRequest, obj: Item, form: forms.ModelForm, change: bool
    ) -> None:
        if picture := form.cleaned_data.get("new_picture"):
            obj.picture = picture
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What was ever booked stays known; an item that is sold no more is ended.
        return False


@admin.register(Category)
class CategoryAdmin(CatalogueAdmin):
    list_display = ["name", "parent"]
    list_select_related = ["parent"]
    search_fields = ["name__icontains"]
    ordering = ["name", "pk"]


@admin.register(Lot)
class LotAdmin(CatalogueAdmin):
    """A lot comes into being when goods of it are received; here its day can be set right."""

    list_display = ["code", "item", "expires_on"]
    list_select_related = ["item"]
    search_fields = ["code__istartswith", "item__sku__iexact"]
    search_help_text = "The beginning of a lot's code, or a SKU"
    ordering = ["expires_on", "pk"]
    readonly_fields = ["code", "item"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Unit)
class UnitAdmin(CatalogueAdmin):
    list_display = ["code", "label"]
    search_fields = ["code", "label"]
    ordering = ["code", "pk"]


@admin.register(Barcode)
class BarcodeAdmin(CatalogueAdmin):
    list_display = ["code", "item", "pack"]
    list_select_related = ["item", "pack"]
    search_fields = ["code__exact", "item__sku__iexact"]
    ordering = ["code", "pk"]
    autocomplete_fields = ["item"]
    # Chosen among those of its item, on the item's page.
    readonly_fields = ["pack"]

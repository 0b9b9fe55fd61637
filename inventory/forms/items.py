"""A new item, and the picture of one."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html

from inventory.models import Barcode, Item, Tracking
from inventory.models.codes import validate_code
from inventory.operations.pictures import MAX_BYTES
from pages.formkeys import KeyedForm


class PictureField(forms.FileField):
    """The content of an uploaded file, if it is not too large to be looked at."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Picture",
            help_text="PNG, JPEG or WebP, up to 10 MB.",
            widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
            error_messages={
                "required": "Which file? PNG, JPEG or WebP.",
                "empty": "The file is empty. Save the picture anew and try again.",
            },
            **options,
        )

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        given: UploadedFile | None = super().clean(data, initial)
        if not given:
            return None
        if (given.size or 0) > MAX_BYTES:
            megabytes = (given.size or 0) / 1024 / 1024
            raise ValidationError(f"It has {megabytes:.1f} MB: at most 10 MB are taken.")
        return bytes(given.read())


class PictureForm(forms.Form):
    picture_file = PictureField()


class ItemForm(KeyedForm, forms.ModelForm):
    """A new item, with its barcodes and its picture."""

    barcode_codes = forms.CharField(
        label="Barcodes", required=False, max_length=500, help_text="Several: a blank between them."
    )
    picture_file = PictureField(required=False)

    class Meta:
        model = Item
        fields = ["sku", "name", "category", "unit", "price", "reorder_at", "stocked", "tracking"]
        labels = {"stocked": "Kept in stock", "tracking": "Tracked"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category: Any = self.fields["category"]
        category.empty_label = "No category"
        self.fields["tracking"].required = False
        for name in ("sku", "name", "barcode_codes"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.fields["sku"].widget.attrs["autofocus"] = True

    def clean_tracking(self) -> str:
        return self.cleaned_data["tracking"] or Tracking.NONE

    def clean_barcode_codes(self) -> list[str]:
        codes = list(dict.fromkeys(self.cleaned_data["barcode_codes"].split()))
        if long := next((code for code in codes if len(code) > 64), None):
            raise ValidationError(f"“{long[:20]}…” is too long: at most 64 characters.")
        for code in codes:
            validate_code(code)
            if other := Item.objects.filter(sku__iexact=code).first():
                raise ValidationError(f"{code} is the SKU of {other}.")
        return codes

    def validate_constraints(self) -> None:
        """All but uniqueness, of which the database has the last word.

        Asked here, the second of two clicks would be told of the item that the first has made.
        """
        try:
            self.instance.validate_constraints(exclude={"sku"})
        except ValidationError as broken:
            self.add_error(None, broken)

    def say_sku_is_taken(self) -> None:
        known = Item.objects.get(sku__iexact=self.cleaned_data["sku"])
        link = format_html('<a href="{}">{}</a>', known.get_absolute_url(), known)
        self.add_error("sku", format_html("There is an item with this SKU already: {}.", link))

    def say_barcode_is_taken(self) -> None:
        codes = self.cleaned_data["barcode_codes"]
        taken = Barcode.objects.filter(code__in=codes).select_related("item")[0]
        link = format_html('<a href="{}">{}</a>', taken.item.get_absolute_url(), taken.item)
        why = format_html("{} is the barcode of {}.", taken.code, link)
        self.add_error("barcode_codes", why)

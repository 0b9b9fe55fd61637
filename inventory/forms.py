"""What a person may type about stock."""

import json
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html

from accounts.access import movable_scope_of
from accounts.models import User
from inventory.models import Barcode, Item, Location, MovementKind, Reason, Tracking
from inventory.models.codes import validate_code, validate_line
from inventory.models.movement import QUANTITY_MAX
from inventory.operations import Broken
from inventory.operations.pictures import MAX_BYTES
from pages.formkeys import KeyedForm

_WHOLE = {
    "required": "How many? A whole number.",
    "invalid": "A whole number, please: 1, 20, 144.",
    "min_value": "At least %(limit_value)s.",
    "max_value": "At most 1,000,000,000 in one line.",
}


_NUMBER = re.compile(r"[+-]?[0-9]{1,30}")


class WholeField(forms.IntegerField):
    """A whole number, written in plain digits.

    Django reads 1.000 as one and 1_0 as ten; in half of the world the first is a thousand.
    """

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        # The page writes a real minus, so that is what is copied from it.
        text = str(value).strip().replace("\N{MINUS SIGN}", "-")
        if not _NUMBER.fullmatch(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text)


class PlaceField(forms.CharField):
    """The code of a place, in any case, that may hold stock, where this person may move it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 32)
        options.setdefault(
            "widget",
            forms.TextInput(
                attrs={
                    "list": "places",
                    "autocomplete": "off",
                    "autocapitalize": "characters",
                    "spellcheck": "false",
                }
            ),
        )
        super().__init__(
            label="Place",
            error_messages={
                "required": "Which place? Scan it, or type its code.",
                "max_length": "A code has at most %(limit_value)d characters.",
            },
            **options,
        )

    def for_user(self, user: User) -> None:
        self._user = user

    def clean(self, value: Any) -> str:
        code = super().clean(value)
        if not code:
            return ""
        place = Location.objects.for_user(self._user).filter(code__iexact=code).first()
        if place is None:
            raise ValidationError(
                f"No place has the code “{code}”. Scan its label, or choose one of the list."
            )
        if not movable_scope_of(self._user).covers(str(place.path)):
            raise ValidationError(
                f"You may look at {place.code}, but not move what stands there. "
                "Ask an Admin for it."
            )
        if place.structural:
            raise ValidationError(
                f"Nothing can stand at {place.code}: it only groups other places. "
                "Choose a place inside it."
            )
        return place.code


class AcceptsField(forms.CharField):
    """The promises that somebody was shown, and accepts to break by pressing the button again.

    A page writes them with `written`; they are compared with what would break then.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, max_length=100_000, **options)

    def clean(self, value: Any) -> frozenset[Broken]:
        text = super().clean(value)
        try:
            return frozenset(
                Broken(str(owner), str(sku), str(place), int(quantity))
                for owner, sku, place, quantity in json.loads(text or "[]")
            )
        except (ValueError, TypeError) as unread:
            raise ValidationError("Open the form again and send it anew.") from unread

    @staticmethod
    def written(breaks: Iterable[Broken]) -> str:
        return json.dumps([[b.owner, b.sku, b.place, b.quantity] for b in breaks])


class LotField(forms.CharField):
    """The code of a lot, as it stands on the package."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Lot",
            max_length=64,
            validators=[validate_code],
            error_messages={"required": "Which lot? It is on the package."},
            widget=forms.TextInput(
                attrs={
                    "list": "lots",
                    "autocomplete": "off",
                    "autocapitalize": "characters",
                    "spellcheck": "false",
                }
            ),
            **options,
        )


class ExpiryField(forms.DateField):
    """The last day that a new lot is good; empty for what does not expire."""

    def __init__(self) -> None:
        super().__init__(
            label="Expires on",
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": "A day, please: 2027-03-01."},
        )


class BookForm(KeyedForm):
    """What every booking says: where, how many, for what; and of which lot, if it is `tracked`."""

    place = PlaceField()
    quantity = WholeField(
        min_value=1,
        max_value=QUANTITY_MAX,
        error_messages=_WHOLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    reference = forms.CharField(
        max_length=100,
        required=False,
        validators=[validate_line],
        help_text="What it belongs to: order:1042, delivery:7.",
    )
    note = forms.CharField(max_length=500, required=False)

    reasons_for: MovementKind | None = None
    brings = False  # what comes in says of which lot it is; what is taken may leave it open

    def __init__(self, *args: Any, user: User, tracked: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if tracked:
            self.fields["lot"] = LotField(required=self.brings)
            if self.brings:
                self.fields["expires_on"] = ExpiryField()
        place: Any = self.fields["place"]
        place.for_user(user)
        if self.reasons_for:
            self.fields["reason"] = _reason_field(self.reasons_for)
        self.order_fields(_ORDER)


_ORDER = [
    *("place", "to_place", "lot", "expires_on"),
    *("quantity", "delta", "reason", "reference", "note"),
]


def _reason_field(kind: MovementKind) -> forms.ChoiceField:
    offered = Reason.objects.offered_for(kind).values_list("code", "label")
    return forms.ChoiceField(
        label="Why",
        choices=[("", "Choose …"), *offered],
        error_messages={"required": "Why? Choose the reason that fits best."},
    )


_LIFETIMES = [
    (15, "15 minutes"),
    (60, "1 hour"),
    (8 * 60, "8 hours"),
    (24 * 60, "1 day"),
    (3 * 24 * 60, "3 days"),
    (7 * 24 * 60, "7 days"),
]


class LifetimeField(forms.TypedChoiceField):
    """How long a hold lasts from now; cleaned to a duration."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="For how long",
            choices=_LIFETIMES,
            coerce=lambda minutes: timedelta(minutes=int(minutes)),
            error_messages={"required": "For how long? Choose one of the list."},
            **options,
        )


class HoldForm(KeyedForm):
    """How many of an item to hold, for whom, until when; from one place or wherever it stands."""

    quantity = WholeField(
        min_value=1,
        max_value=QUANTITY_MAX,
        error_messages=_WHOLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    lifetime = LifetimeField(initial=60)
    contact = forms.CharField(
        label="For whom",
        max_length=200,
        required=False,
        validators=[validate_line],
        help_text="A name, a mail address or a number to call.",
    )
    reference = forms.CharField(
        max_length=100,
        required=False,
        validators=[validate_line],
        help_text="What it belongs to: order:1042.",
    )
    place = PlaceField(required=False, help_text="Empty: wherever it stands.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place: Any = self.fields["place"]
        place.for_user(user)


class ExtendForm(KeyedForm):
    lifetime = LifetimeField(initial=60)


class ChangeHoldForm(KeyedForm):
    """How many of one line to hold instead."""

    line = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    quantity = WholeField(min_value=1, max_value=QUANTITY_MAX, error_messages=_WHOLE)


class ConfirmForm(KeyedForm):
    reference = forms.CharField(
        label="Promised to",
        max_length=100,
        required=False,
        validators=[validate_line],
        help_text="The order: order:1042.",
    )
    accept_less = forms.BooleanField(required=False)


class GiveBackForm(KeyedForm):
    quantity = WholeField(
        label="How many to give back",
        min_value=1,
        max_value=QUANTITY_MAX,
        error_messages=_WHOLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class ReceiveForm(BookForm):
    brings = True


class ShipForm(BookForm):
    allocation = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)


class ReturnForm(BookForm):
    brings = True
    reasons_for = MovementKind.RETURN


class MoveForm(BookForm):
    """How many to bring from one place to another."""

    to_place = PlaceField()
    accepts = AcceptsField()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        to_place: Any = self.fields["to_place"]
        to_place.for_user(user)
        self.fields["place"].label, to_place.label = "From", "To"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("place") and given["place"] == given.get("to_place"):
            self.add_error("to_place", f"It stands at {given['place']} already. Where to?")
        return given


class MoveEverythingForm(KeyedForm):
    """Where to bring all that stands at `place`."""

    to_place = PlaceField()
    note = forms.CharField(max_length=500, required=False)
    accepts = AcceptsField()

    def __init__(self, *args: Any, user: User, place: Location, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._place = place
        to_place: Any = self.fields["to_place"]
        to_place.for_user(user)
        to_place.label = "To"

    def clean_to_place(self) -> str:
        code: str = self.cleaned_data["to_place"]
        if code == self._place.code:
            raise ValidationError(f"It stands at {code} already. Where to?")
        return code


class QuarantineForm(BookForm):
    reasons_for = MovementKind.QUARANTINE
    reference = None  # type: ignore[assignment]  # takes the field away, as Django says
    accepts = AcceptsField()


class RestoreForm(BookForm):
    reference = None  # type: ignore[assignment]  # likewise


class ScrapForm(BookForm):
    reasons_for = MovementKind.SCRAP
    reference = None  # type: ignore[assignment]  # likewise
    accepts = AcceptsField()


class AdjustForm(BookForm):
    reasons_for = MovementKind.ADJUST
    accepts = AcceptsField()

    quantity = None  # type: ignore[assignment]  # takes the field away, as Django says
    reference = None  # type: ignore[assignment]  # likewise
    delta = WholeField(
        label="Change by",
        min_value=-QUANTITY_MAX,
        max_value=QUANTITY_MAX,
        error_messages=_WHOLE | {"min_value": "At most 1,000,000,000 in one line."},
        help_text="−2 when two are missing, 3 when three more were found.",
        widget=forms.NumberInput(attrs={"inputmode": "text"}),
    )

    def clean_delta(self) -> int:
        delta: int = self.cleaned_data["delta"]
        if delta == 0:
            raise ValidationError("Zero changes nothing. By how many is it wrong?")
        return delta


class CountedForm(KeyedForm):
    """What was counted at a place, by somebody who had seen a number there.

    `seen_on_hand` is the number that was on the page and `seen_version` the level's version then.
    """

    place = PlaceField(widget=forms.HiddenInput)
    lot = LotField(required=False)
    seen_on_hand = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    seen_version = forms.IntegerField(min_value=0, max_value=2**62, widget=forms.HiddenInput)
    accepts = AcceptsField()
    counted = WholeField(
        label="Counted here",
        min_value=0,
        max_value=QUANTITY_MAX,
        error_messages=_WHOLE
        | {
            "required": "How many stand there? A whole number.",
            "max_value": "At most 1,000,000,000 can be counted here.",
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place: Any = self.fields["place"]
        place.for_user(user)
        self.fields["lot"].widget = forms.HiddenInput()
        self.fields["reason"] = _reason_field(MovementKind.COUNT)
        self.fields["reason"].required = False

    @property
    def delta(self) -> int:
        """By how many base units the ledger is wrong, of a form that is valid so far."""
        difference: int = self.cleaned_data["counted"] - self.cleaned_data["seen_on_hand"]
        return difference


class RowsForm(KeyedForm):
    """A number or nothing for each row, by its name.

    Whatever is wrong with one row says nothing about the others: `numbers` has those that are fine.
    """

    accepts = AcceptsField()
    prefix_of_rows = ""
    least = 1
    too_many = _WHOLE["max_value"]

    def __init__(self, *args: Any, rows: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in rows:
            self.fields[f"{self.prefix_of_rows}-{name}"] = WholeField(
                required=False,
                min_value=self.least,
                max_value=QUANTITY_MAX,
                error_messages=_WHOLE | {"max_value": self.too_many},
            )

    def number_of(self, name: str) -> int | None:
        """The number of one row of a form that was cleaned; None if it has none, or a bad one."""
        number: int | None = self.cleaned_data.get(f"{self.prefix_of_rows}-{name}")
        return number

    def wrong_with(self, name: str) -> str:
        """What is wrong with the number of one row."""
        return " ".join(map(str, self.errors.get(f"{self.prefix_of_rows}-{name}", [])))


class SheetForm(RowsForm):
    """What was counted at a place."""

    prefix_of_rows, least = "counted", 0
    too_many = "At most 1,000,000,000 can be counted here."


class LoadForm(RowsForm):
    """What is brought from one place to another."""

    prefix_of_rows = "moved"


class ReverseForm(KeyedForm):
    note = forms.CharField(max_length=500, required=False)


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

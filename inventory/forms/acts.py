"""What a person does with the stock of an item: receive, ship, return, adjust, set apart, scrap."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from inventory.forms.fields import (
    WHOLE_ERRORS,
    AcceptsField,
    ExpiryField,
    LotField,
    PlaceField,
    WholeField,
    reason_field,
)
from inventory.models import MovementKind
from inventory.models.codes import validate_line
from inventory.models.movement import QUANTITY_MAX
from pages.formkeys import KeyedForm


class BookForm(KeyedForm):
    """What every booking says: where, how many, for what; and of which lot, if it is `tracked`."""

    place = PlaceField()
    quantity = WholeField(
        min_value=1,
        max_value=QUANTITY_MAX,
        error_messages=WHOLE_ERRORS,
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
            self.fields["reason"] = reason_field(self.reasons_for)
        self.order_fields(_ORDER)


_ORDER = [
    *("place", "to_place", "lot", "expires_on"),
    *("quantity", "delta", "reason", "reference", "note"),
]


class ReceiveForm(BookForm):
    brings = True


class ShipForm(BookForm):
    allocation = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)


class ReturnForm(BookForm):
    brings = True
    reasons_for = MovementKind.RETURN


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
        error_messages=WHOLE_ERRORS | {"min_value": "At most 1,000,000,000 in one line."},
        help_text="−2 when two are missing, 3 when three more were found.",
        widget=forms.NumberInput(attrs={"inputmode": "text"}),
    )

    def clean_delta(self) -> int:
        delta: int = self.cleaned_data["delta"]
        if delta == 0:
            raise ValidationError("Zero changes nothing. By how many is it wrong?")
        return delta


class ReverseForm(KeyedForm):
    note = forms.CharField(max_length=500, required=False)

"""What was counted: one item at a place, or all of a sheet."""

from typing import Any

from django import forms

from accounts.models import User
from inventory.forms.fields import (
    WHOLE_ERRORS,
    AcceptsField,
    LotField,
    PlaceField,
    WholeField,
    reason_field,
)
from inventory.forms.rows import RowsForm
from inventory.models import MovementKind
from inventory.models.movement import QUANTITY_MAX
from pages.formkeys import KeyedForm


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
        error_messages=WHOLE_ERRORS
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
        self.fields["reason"] = reason_field(MovementKind.COUNT)
        self.fields["reason"].required = False

    @property
    def delta(self) -> int:
        """By how many base units the ledger is wrong, of a form that is valid so far."""
        difference: int = self.cleaned_data["counted"] - self.cleaned_data["seen_on_hand"]
        return difference


class SheetForm(RowsForm):
    """What was counted at a place."""

    prefix_of_rows, least = "counted", 0
    too_many = "At most 1,000,000,000 can be counted here."

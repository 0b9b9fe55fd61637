"""What is set aside for somebody, and what becomes of it."""

from datetime import timedelta
from typing import Any

from django import forms

from accounts.models import User
from inventory.forms.fields import WHOLE_ERRORS, PlaceField, WholeField
from inventory.models.codes import validate_line
from inventory.models.movement import QUANTITY_MAX
from pages.formkeys import KeyedForm

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
        error_messages=WHOLE_ERRORS,
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
    quantity = WholeField(min_value=1, max_value=QUANTITY_MAX, error_messages=WHOLE_ERRORS)


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
        error_messages=WHOLE_ERRORS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

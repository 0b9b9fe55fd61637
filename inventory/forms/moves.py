"""What is brought elsewhere: one item, a load of several, or all that stands at a place."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from inventory.forms.acts import BookForm
from inventory.forms.fields import AcceptsField, PlaceField
from inventory.forms.rows import RowsForm
from inventory.models import Location
from pages.formkeys import KeyedForm


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


class LoadForm(RowsForm):
    """What is brought from one place to another."""

    prefix_of_rows = "moved"

"""The fields that the forms about stock share: a number, a place, a lot, a reason."""

import json
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.access import movable_scope_of
from accounts.models import User
from inventory.models import Location, MovementKind, Reason
from inventory.models.codes import validate_code
from inventory.operations import Broken

WHOLE_ERRORS = {
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


def reason_field(kind: MovementKind) -> forms.ChoiceField:
    offered = Reason.objects.offered_for(kind).values_list("code", "label")
    return forms.ChoiceField(
        label="Why",
        choices=[("", "Choose …"), *offered],
        error_messages={"required": "Why? Choose the reason that fits best."},
    )

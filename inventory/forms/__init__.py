"""What a person may type about stock."""

from inventory.forms.acts import (
    AdjustForm,
    BookForm,
    QuarantineForm,
    ReceiveForm,
    RestoreForm,
    ReturnForm,
    ReverseForm,
    ScrapForm,
    ShipForm,
)
from inventory.forms.counts import CountedForm, SheetForm
from inventory.forms.fields import AcceptsField, PlaceField
from inventory.forms.holds import (
    ChangeHoldForm,
    ConfirmForm,
    ExtendForm,
    GiveBackForm,
    HoldForm,
)
from inventory.forms.items import ItemForm, PictureForm
from inventory.forms.moves import LoadForm, MoveEverythingForm, MoveForm

__all__ = [
    "AcceptsField",
    "AdjustForm",
    "BookForm",
    "ChangeHoldForm",
    "ConfirmForm",
    "CountedForm",
    "ExtendForm",
    "GiveBackForm",
    "HoldForm",
    "ItemForm",
    "LoadForm",
    "MoveEverythingForm",
    "MoveForm",
    "PictureForm",
    "PlaceField",
    "QuarantineForm",
    "ReceiveForm",
    "RestoreForm",
    "ReturnForm",
    "ReverseForm",
    "ScrapForm",
    "SheetForm",
    "ShipForm",
]

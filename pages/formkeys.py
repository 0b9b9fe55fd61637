"""A key in every form, so that a double click books once."""

from typing import Any, cast
from uuid import UUID, uuid4

from django import forms

FIELD = "form_key"
NO_KEY = "This form had lost its key, so nothing was done. Look it over and send it again."


class KeyedForm(forms.Form):
    """A form that carries a key of its own: new with each rendering, kept when it comes back.

    The view passes `form.key` to the operation, which claims it in its transaction; the key is no
    part of `cleaned_data`. Goes before ModelForm: `class ItemForm(KeyedForm, forms.ModelForm)`.
    """

    form_key = forms.UUIDField(
        initial=uuid4,
        required=False,  # the sentence is ours, see `clean`
        # Several forms may stand on one page, and browsers like to put back old values.
        widget=forms.HiddenInput(attrs={"id": False, "autocomplete": "off"}),
    )

    _key: UUID | None = None

    @property
    def key(self) -> UUID:
        """The key that was sent with the form.

        :raises ValueError: if the form was not valid, or not asked yet
        """
        if self._key is None:
            raise ValueError("Only a valid form has a key.")
        return self._key

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned is None:
            cleaned = self.cleaned_data
        self._key = cleaned.pop(FIELD, None)
        if self._key is None:
            self.errors.pop(FIELD, None)
            self.add_error(None, NO_KEY)
            renewed = cast("dict[str, Any]", self.data).copy()  # a QueryDict keeps its lists
            renewed[self.add_prefix(FIELD)] = str(uuid4())
            self.data = renewed
        return cleaned

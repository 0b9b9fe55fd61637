"""A number for each of many rows."""

from collections.abc import Iterable
from typing import Any

from inventory.forms.fields import WHOLE_ERRORS, AcceptsField, WholeField
from inventory.models.movement import QUANTITY_MAX
from pages.formkeys import KeyedForm


class RowsForm(KeyedForm):
    """A number or nothing for each row, by its name.

    Whatever is wrong with one row says nothing about the others: `numbers` has those that are fine.
    """

    accepts = AcceptsField()
    prefix_of_rows = ""
    least = 1
    too_many = WHOLE_ERRORS["max_value"]

    def __init__(self, *args: Any, rows: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in rows:
            self.fields[f"{self.prefix_of_rows}-{name}"] = WholeField(
                required=False,
                min_value=self.least,
                max_value=QUANTITY_MAX,
                error_messages=WHOLE_ERRORS | {"max_value": self.too_many},
            )

    def number_of(self, name: str) -> int | None:
        """The number of one row of a form that was cleaned; None if it has none, or a bad one."""
        number: int | None = self.cleaned_data.get(f"{self.prefix_of_rows}-{name}")
        return number

    def wrong_with(self, name: str) -> str:
        """What is wrong with the number of one row."""
        return " ".join(map(str, self.errors.get(f"{self.prefix_of_rows}-{name}", [])))

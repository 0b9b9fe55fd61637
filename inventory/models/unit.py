"""What one of an item is: piece, gram, millimetre. Quantities are whole numbers of it."""

from django.db import models
from django.db.models.functions import Upper


class Unit(models.Model):
    code = models.CharField(max_length=12)
    label = models.CharField(max_length=40, help_text="As written beside a number: “pieces”.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Upper("code"),
                name="unit_code_unique",
                violation_error_message="There is a unit with this code already.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

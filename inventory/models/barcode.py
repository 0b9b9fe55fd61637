"""A code that a scanner reads off an item."""

from django.db import models


class Barcode(models.Model):
    code = models.CharField(
        max_length=64, unique=True, error_messages={"unique": "Another item has this barcode."}
    )
    item = models.ForeignKey("inventory.Item", models.CASCADE, related_name="barcodes")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[^[:space:][:cntrl:]]+$"),
                name="barcode_has_no_blanks",
                violation_error_message="A barcode has no blanks in it.",
            ),
        ]

    def __str__(self) -> str:
        return self.code

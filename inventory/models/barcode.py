"""A code that a scanner reads off an item."""

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from inventory.models.codes import validate_code


class Barcode(models.Model):
    code = models.CharField(
        max_length=64,
        unique=True,
        validators=[validate_code],
        error_messages={"unique": "Another item has this barcode."},
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

    def clean(self) -> None:
        """Refuse the SKU of another item: a scanner that reads it would open that one."""
        items = apps.get_model("inventory.Item")._default_manager
        if other := items.filter(sku__iexact=self.code).exclude(pk=self.item_id).first():
            raise ValidationError({"code": f"{self.code} is the SKU of {other}."})

"""Which line of a sales history was booked as which movement."""

from django.db import models


class SalesLine(models.Model):
    """The identity of an imported line: the n-th line of a code in an invoice.

    Exact duplicates are real lines, so they count up; the same file again changes nothing.
    """

    invoice = models.CharField(max_length=20)
    code = models.CharField(max_length=64, help_text="In upper case.")
    n = models.PositiveIntegerField(help_text="1 for the first line of this code in the invoice.")
    movement = models.OneToOneField(
        "inventory.StockMovement", models.PROTECT, related_name="sales_line"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "code", "n"], name="sales_line_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice} {self.code} #{self.n}"

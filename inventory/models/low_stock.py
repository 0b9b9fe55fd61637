"""Items that have run low: kept by a subscriber, for no index may hold a quantity."""

from django.db import models
from django.db.models.functions import Now


class LowStock(models.Model):
    item = models.OneToOneField(
        "inventory.Item", models.CASCADE, primary_key=True, related_name="low"
    )
    out = models.BooleanField(help_text="Nothing at all is available.")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "low stock"
        indexes = [models.Index(fields=["out", "since"], name="low_stock_by_state")]

    def __str__(self) -> str:
        return f"{self.item} is {'out' if self.out else 'low'}"

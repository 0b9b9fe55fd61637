"""What somebody wrote about a movement; apart from the ledger, so that it can be erased."""

from django.db import models


class MovementNote(models.Model):
    movement = models.OneToOneField(
        "inventory.StockMovement", models.PROTECT, primary_key=True, related_name="note"
    )
    text = models.CharField(max_length=500)

    def __str__(self) -> str:
        return self.text

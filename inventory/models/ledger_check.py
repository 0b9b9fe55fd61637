"""The proof that ledger and balances agree: each run, and how far each level is proved."""

from django.db import models
from django.db.models.functions import Now


class LedgerCheck(models.Model):
    """One run. Quantities in base units; `differences` counts what did not agree."""

    full = models.BooleanField()
    started_at = models.DateTimeField(db_default=Now())
    seconds = models.FloatField()
    movements_read = models.BigIntegerField()
    levels_proved = models.BigIntegerField()
    levels = models.BigIntegerField()
    ledger_units = models.BigIntegerField(help_text="Units on hand by the sum of the movements.")
    balance_units = models.BigIntegerField(help_text="Units on hand by the balances.")
    differences = models.BigIntegerField()
    findings = models.JSONField(default=list, help_text="The first hundred, as shown to staff.")

    class Meta:
        indexes = [models.Index(fields=["full", "-id"], name="ledger_check_latest")]

    def __str__(self) -> str:
        return "proved" if self.proved else f"{self.differences} differences"

    @property
    def proved(self) -> bool:
        return self.differences == 0


class LedgerMark(models.Model):
    """Up to which version a level is proved, and the balance at it: the next run starts there."""

    level = models.OneToOneField(
        "inventory.StockLevel", models.PROTECT, primary_key=True, related_name="mark"
    )
    version = models.BigIntegerField()
    on_hand = models.BigIntegerField()
    allocated = models.BigIntegerField()
    held = models.BigIntegerField()
    unavailable = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.level_id} proved to {self.version}"

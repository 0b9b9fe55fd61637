"""What a caller has asked already, so that asking again changes nothing."""

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact

from jobs.models.clock import ClockTimestamp


class IdempotencyKey(models.Model):
    """Claimed by `idempotency.claim` in the transaction of the write; kept 48 hours."""

    principal = models.CharField(max_length=100, help_text="Who asked, such as `user:12`.")
    key = models.UUIDField()
    request_hash = models.BinaryField(max_length=32, help_text="SHA-256 of what was asked.")
    answer = models.JSONField(null=True, help_text="What was made, by its ids and codes.")
    created_at = models.DateTimeField(db_default=ClockTimestamp(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal", "key"], name="idempotency_key_unique"),
            models.CheckConstraint(
                condition=~Q(principal=""), name="idempotency_key_has_a_principal"
            ),
            models.CheckConstraint(
                condition=Exact(Func(F("request_hash"), function="octet_length"), Value(32)),
                name="idempotency_key_hash_is_sha256",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_by_age")]

    def __str__(self) -> str:
        return f"{self.principal} {self.key}"

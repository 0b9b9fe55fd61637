from jobs.models.idempotency import IdempotencyKey
from jobs.models.outbox import Effect, EffectQuerySet, OutboxEvent

__all__ = ["Effect", "EffectQuerySet", "IdempotencyKey", "OutboxEvent"]

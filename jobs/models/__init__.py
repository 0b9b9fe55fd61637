from jobs.models.idempotency import IdempotencyKey
from jobs.models.outbox import Effect, OutboxEvent

__all__ = ["Effect", "IdempotencyKey", "OutboxEvent"]

from jobs.admin.outbox import EffectAdmin, IdempotencyKeyAdmin, OutboxEventAdmin

__all__ = ["EffectAdmin", "IdempotencyKeyAdmin", "OutboxEventAdmin"]

"""Events, effects and keys, to be read."""

import json

from django.contrib import admin

from jobs import outbox
from jobs.models import Effect, IdempotencyKey, OutboxEvent
from pages.admin import LedgerAdmin


@admin.register(OutboxEvent)
class OutboxEventAdmin(LedgerAdmin):
    list_display = ["id", "topic", "created_at", "spread_at"]
    search_fields = ["topic__exact"]
    search_help_text = "A topic, in full"
    ordering = ["-pk"]
    fields = readonly_fields = ("topic", "created_at", "spread_at", "content")

    @admin.display(description="Payload")
    def content(self, event: OutboxEvent) -> str:
        # A mail may hold a link that signs people in.
        if any(one.secret for one in outbox.subscribers_of(event.topic)):
            return "Kept out of sight"
        return json.dumps(event.payload, ensure_ascii=False)


@admin.register(Effect)
class EffectAdmin(LedgerAdmin):
    list_display = ["id", "event", "subscriber", "attempts", "due_at", "done_at", "parked_at"]
    list_select_related = ["event"]
    search_fields = ["subscriber__exact", "event__topic__exact"]
    search_help_text = "A subscriber or a topic, in full"
    ordering = ["-pk"]


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(LedgerAdmin):
    list_display = ["id", "principal", "key", "created_at"]
    fields = readonly_fields = ("principal", "key", "answer", "created_at")
    search_fields = ["principal__exact"]
    search_help_text = "Who asked, in full: user:12"
    ordering = ["-pk"]

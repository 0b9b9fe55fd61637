"""From outbox rows to subscribers: at least once, each effect by itself.

Three short transactions carry an effect. The first writes one effect for each subscriber of an
event. The second counts the try, so that a subscriber which takes the process with it is counted
too. The third locks the effect, calls the subscriber and marks it done: what a subscriber writes is
committed together with the mark, so only what goes beyond the database can happen twice.
A try's `due_at` is when the next one may start: it is the pause after a failure and the patience
with a relay that died. While a subscriber runs, the row lock keeps other relays away.
"""

from datetime import timedelta
from time import monotonic

import structlog
from django.db import connection, transaction
from django.db.models import Case, F, When
from django.db.models.functions import Now

from jobs import outbox
from jobs.models import Effect, EffectQuerySet, OutboxEvent
from jobs.models.clock import ClockTimestamp

logger = structlog.get_logger(__name__)

# How long after a try the next one may start; as many tries as pauses, then the effect is parked.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 5))
TRIES = len(PAUSES)
_SPREAD = 200  # events a transaction
_LONGEST_ERROR = 2000  # characters
_DIED = "The process ended while this was being done, on its last try."


def run(*, budget: float) -> int:
    """Spread new events and do what is due, in the order of events, for about `budget` seconds.

    Any number of relays may run at once. Returns how many effects were tried.
    """
    tried, until = 0, monotonic() + budget
    while monotonic() < until:
        news = _spread()
        _park_the_fatal()
        due = 0
        while monotonic() < until and (effect := _begin_try()):
            _finish_try(effect)
            due += 1
        tried += due
        if not news and not due:
            break
    return tried


@transaction.atomic
def _spread() -> bool:
    """Write the effects of events that no relay has seen; tell whether there were any."""
    events = list(
        OutboxEvent.objects.filter(spread_at__isnull=True)
        .order_by("id")
        .select_for_update(skip_locked=True)[:_SPREAD]
    )
    effects = [
        Effect(event=event, subscriber=subscriber.name)
        for event in events
        for subscriber in outbox.subscribers_of(event.topic)
    ]
    Effect.objects.bulk_create(effects)
    # An event without effects was seen, too: nobody reacts to it.
    OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(spread_at=Now())
    return bool(events)


@transaction.atomic
def _park_the_fatal() -> None:
    """Park effects whose last try never came back: it ended the process."""
    fatal = Effect.objects.due().filter(attempts__gte=TRIES).select_for_update(skip_locked=True)
    for effect in fatal.order_by("id"):
        why = f"{_DIED}\n{effect.last_error}".strip()
        Effect.objects.filter(pk=effect.pk).update(parked_at=ClockTimestamp(), last_error=why)
        logger.error("effect_parked", effect=effect.pk, subscriber=effect.subscriber, why=_DIED)


@transaction.atomic
def _begin_try() -> Effect | None:
    """Count a try of the first effect that is due, before anything is done."""
    with connection.cursor() as cursor:
        # A count lost in a crash of the database costs a repetition, which may happen anyway.
        cursor.execute("SET LOCAL synchronous_commit = off")
    effect = (
        Effect.objects.due()
        .filter(attempts__lt=TRIES)
        .order_by("id")
        .select_for_update(skip_locked=True, no_key=True)
        .first()
    )
    if effect is None:
        return None
    pause = PAUSES[effect.attempts]
    effect.attempts += 1
    Effect.objects.filter(pk=effect.pk).update(
        attempts=effect.attempts, due_at=ClockTimestamp() + pause
    )
    return effect


def _finish_try(effect: Effect) -> None:
    try:
        with transaction.atomic():
            _react(effect)
    except Exception as error:
        _note_failure(effect, error)


def _react(effect: Effect) -> None:
    """Call the subscriber and mark the effect done, all in the caller's transaction."""
    # The pause may have passed since, and another relay have taken over: then this try is over.
    # Waiting, not skipping: a relay that came too late for the row holds it for a moment.
    mine = _this_try(effect).select_related("event")
    locked = mine.select_for_update(of=("self",), no_key=True).first()
    if locked is None:
        return
    subscriber = outbox.subscriber_named(locked.subscriber)
    if subscriber is None:
        raise LookupError("Nothing of this name reacts to events any more.")
    subscriber.react(locked.event.payload)
    Effect.objects.filter(pk=locked.pk).update(done_at=ClockTimestamp(), last_error="")
    if subscriber.secret and not locked.event.effects.filter(done_at__isnull=True).exists():
        OutboxEvent.objects.filter(pk=locked.event_id).update(payload={})


def _note_failure(effect: Effect, error: Exception) -> None:
    """Keep why a try failed; the last one parks the effect, where staff see it."""
    why = f"{type(error).__name__}: {error}".replace("\0", "")[:_LONGEST_ERROR]
    failed = _this_try(effect)
    failed.update(
        last_error=why,
        parked_at=Case(When(attempts__gte=TRIES, then=ClockTimestamp()), default=F("parked_at")),
    )
    logger.warning(
        "effect_failed",
        effect=effect.pk,
        subscriber=effect.subscriber,
        tries=effect.attempts,
        parked=effect.attempts >= TRIES,
        exc_info=error,
    )


def _this_try(effect: Effect) -> EffectQuerySet:
    return Effect.objects.waiting().filter(pk=effect.pk, attempts=effect.attempts)

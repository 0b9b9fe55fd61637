"""What staff do with effects that were given up."""

import structlog
from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from jobs import outbox
from jobs.models import Effect, EffectQuerySet

logger = structlog.get_logger(__name__)


@transaction.atomic
def try_again(*, effect: int, actor: User) -> bool:
    """Give one parked effect its five tries anew; False if it is not parked any more."""
    return _unpark(Effect.objects.for_user(actor).filter(pk=effect), actor=actor) == 1


@transaction.atomic
def try_all_again(*, actor: User) -> int:
    """Give all parked effects their five tries anew; return how many they were."""
    return _unpark(Effect.objects.for_user(actor), actor=actor)


def _unpark(effects: EffectQuerySet, *, actor: User) -> int:
    # One conditional UPDATE is the check and the change: pressed twice, the second finds nothing.
    count = effects.parked().update(parked_at=None, attempts=0, due_at=Now())
    if count:
        outbox.nudge()
        logger.info("effects_tried_again", count=count, actor=actor.pk)
    return count

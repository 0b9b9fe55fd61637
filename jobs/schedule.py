"""What the clock starts here, and how a commit wakes the relay."""

from celery import shared_task

from jobs import operations, outbox, relay
from jobs.nudge import Nudge

# Seconds. The relay looks for work for `_BUDGET`, so a subscriber may take the rest.
_BUDGET, _SOFT, _HARD = 20, 60, 75


@shared_task(name="jobs.schedule.run_relay", soft_time_limit=_SOFT, time_limit=_HARD)
def run_relay() -> None:
    """Hand outbox events to their subscribers."""
    relay.run(budget=_BUDGET)


@shared_task(name="jobs.schedule.prune_outbox")
def prune_outbox() -> None:
    operations.prune_outbox()


@shared_task(name="jobs.schedule.prune_keys")
def prune_keys() -> None:
    operations.prune_keys()


def _publish() -> None:
    # Beat starts the relay every second: an older hint is worth nothing.
    run_relay.apply_async(expires=5, retry=False)


outbox.nudge_with(Nudge(_publish))

"""What the relay and its broker say in /readyz."""

from datetime import timedelta

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from jobs import reports
from pages.probes import Word, probe

LATE = timedelta(seconds=60)


@probe("broker")
def broker() -> Word:
    """Whether the broker answers within half a second."""
    asking = Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=0.5,
        socket_timeout=0.5,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        asking.ping()
    except RedisError as error:
        return Word("away", ok=False, detail=f"{error} Effects wait until it is back.")
    finally:
        asking.close()
    return Word("ok", ok=True)


@probe("lag")
def lag() -> Word:
    """Whether effects are done about when they are due."""
    waited = reports.lag()
    seconds = f"The oldest effect that is due has waited {waited.total_seconds():.0f} s."
    if waited < LATE:
        return Word("ok", ok=True, detail=seconds)
    return Word("late", ok=False, detail=f"{seconds} Does the worker of the queue clock run?")

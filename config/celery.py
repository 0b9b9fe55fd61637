"""The Celery application: queues `clock` (relay, sweeps) and `work` (long jobs, pruning)."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django.utils.log import configure_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

from config import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Celery fears pickle in the hands of root; ours is JSON alone, and in a container root is usual.
warnings.filterwarnings("ignore", message="You're running the worker with superuser")

broker.use()
app = Celery("backroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Work that the clock starts stands in each app's schedule.py, long work in jobs.py.
app.autodiscover_tasks(related_name="schedule")
# Every line that a task logs says which task it was.
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def log_as_settings_say(**_: Any) -> None:
    """Keep workers and beat to our own LOGGING: Celery sets up handlers only if nobody listens."""
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)

"""The Celery application: queues `clock` (relay, sweeps) and `work` (long jobs, mail)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("backroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Work that the clock starts stands in each app's schedule.py, long work in jobs.py.
app.autodiscover_tasks(related_name="schedule")

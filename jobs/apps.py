from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "Jobs"

    def ready(self) -> None:
        # Reactions to outbox events, long jobs and what the clock starts, each in the app that
        # owns it. Our own `schedule` hands the outbox its nudge.
        autodiscover_modules("subscribers", "jobs", "schedule")

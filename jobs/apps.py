from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "Jobs"

    def ready(self) -> None:
        # Reactions to outbox events and long jobs, each in the app that owns them; `schedule` of
        # this app hands the outbox its nudge.
        autodiscover_modules("subscribers", "jobs")

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        # Apps contribute by registering: one module a kind, in the app that owns the thing.
        autodiscover_modules("navigation", "tiles", "scan", "search", "probes")

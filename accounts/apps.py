from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts import checks  # noqa: F401, PLC0415 -- registers itself, once apps are loaded
        from accounts.delivery import deliver  # noqa: PLC0415 -- needs the models

        post_migrate.connect(deliver, dispatch_uid="accounts.deliver_roles")

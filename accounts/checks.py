"""What must not reach production."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def no_demo_sign_ins(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Demo people share one password that is printed at start: never in production."""
    if not settings.DEMO:
        return []
    return [
        Error(
            "BACKROOM_DEMO=1 gives people a password that is printed at start.",
            hint="Unset BACKROOM_DEMO, and make the first Admin with ./dev manage createsuperuser.",
            id="accounts.E001",
        )
    ]

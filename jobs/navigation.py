"""Where the navigation leads to here."""

from django.http import HttpRequest

from jobs import reports
from pages.navigation import Entry, register


def _parked(request: HttpRequest) -> int | None:
    return reports.count_parked() or None


register(
    Entry(
        label="Effects",
        url_name="jobs:parked",
        icon="alert",
        order=80,
        permission="jobs.view_effect",
        badge=_parked,
        group="more",
    )
)

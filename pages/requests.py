"""The request as our views get it."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from django.contrib.auth.models import _User


class PageRequest(HttpRequest):
    """A request that passed the middlewares: somebody is signed in, and htmx has left its word.

    `user` is the project's own user class. Where that person may look is no part of the request,
    for `request.scope` is the scope of ASGI: ask `accounts.access.scope_of(request.user)`.
    """

    htmx: HtmxDetails
    if TYPE_CHECKING:
        user: _User

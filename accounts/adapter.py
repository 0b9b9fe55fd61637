"""How allauth signs people in here."""

from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import throttle
from accounts.models import User
from accounts.operations import people
from accounts.site import site_of

PAUSED = "too_many_login_attempts"
MISMATCH = "email_password_mismatch"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages = DefaultAccountAdapter.error_messages | {
        "enter_current_password": "That is not your password of now.",
        "invalid_password_reset": "This link has been used or is too old.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation; there is no URL for signing up either."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try, before anything is hashed.

        :raises ValidationError: with the seconds to wait, after too many
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as refused:
            key = self._get_login_attempts_cache_key(request, **credentials)
            seconds = throttle.pause(request, action="login_failed", key=key) or 1
            raise ValidationError(
                f"Too many tries. Wait {throttle.in_words(seconds)}, then try again.",
                code=PAUSED,
                params={"seconds": seconds},
            ) from refused

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> NoReturn:
        """Say the same to everybody, whether the address is known or not.

        :raises ValidationError: with what is left before a pause
        """
        key = self._get_login_attempts_cache_key(request, **credentials)
        left = throttle.tries_left(request, action="login_failed", key=key)
        rest = throttle.in_words(throttle.length(action="login_failed"))
        tries = "1 try" if left == 1 else f"{left} tries"
        then = (
            f"{tries} left before a pause of {rest}."
            if left
            else f"Now there is a pause of {rest}."
        )
        raise ValidationError(
            f"This address and this password do not belong together. {then}", code=MISMATCH
        )

    def set_password(self, user: User, password: str) -> None:
        people.choose_password(person=user, password=password)

    def get_reset_password_from_key_url(self, key: str) -> str:
        url: str = super().get_reset_password_from_key_url(key)
        return urljoin(site_of(self.request), urlsplit(url).path)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse(settings.LOGIN_REDIRECT_URL)

    def is_safe_url(self, url: str) -> bool:
        """After signing in people go to a page of this very host, not of any that is allowed."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """Tell where a request comes from; whoever cannot be told apart shares one count."""
        try:
            return str(super().get_client_ip(request))
        except (ImproperlyConfigured, PermissionDenied):
            # Fewer entries than proxies: it came past them, so nothing it says is believed. Or
            # there is no address at all, as on a Unix socket.
            return str(request.META.get("REMOTE_ADDR") or "unknown")

    def is_ajax(self, request: HttpRequest) -> bool:
        return False  # forms here are forms, whatever a request accepts

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # By address alone: another of our host names gives nobody more tries.
        return str(credentials.get("email", "")).lower()

"""Who a mail address and a password are."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import access
from accounts.models import User


class AddressBackend(ModelBackend):
    """Knows people by `User.email` alone.

    allauth's own also looks into its table of addresses, where an old one would go on working
    after an Admin has changed it. That table stays empty here.
    """

    def authenticate(  # type: ignore[override]  # by address, not by user name
        self,
        request: HttpRequest | None,
        email: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> User | None:
        """Give the active person of this address and password; hashes once, whoever it is."""
        if not email or not password:
            return None
        user = User.objects.filter(email=email.lower()).first()
        if user is None or not user.has_usable_password():
            # As long as a wrong password takes: the clock must not tell who works here.
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: Any) -> User | None:
        """Load who is signed in, with their grants: each page needs them, and asks no more."""
        user = access.with_grants(User.objects.filter(pk=user_id)).first()
        return user if user is not None and user.is_active else None

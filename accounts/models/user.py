"""A person who signs in."""

from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]  # built at run time
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person; without a password they choose one by the link of their invitation."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user  # type: ignore[no-any-return]  # the manager's base is built at run time

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make the first admin, as `manage.py createsuperuser` does."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())  # type: ignore[no-any-return]


class User(AbstractBaseUser, PermissionsMixin):
    """Signs in with a mail address; never deleted, for the ledger names them."""

    email = models.EmailField(
        "e-mail",
        unique=True,
        error_messages={"unique": "Somebody with this address is here already."},
    )
    name = models.CharField(max_length=100, help_text="As colleagues see it.")
    is_active = models.BooleanField(
        "active",
        default=True,
        help_text="Untick instead of deleting: the ledger names people.",
    )
    is_staff = models.BooleanField("may open the admin", default=False)
    # Counts up whenever rights change, so that open pages and sockets ask anew.
    access_epoch = models.BigIntegerField(default=0, editable=False)
    joined_at = models.DateTimeField(db_default=Now(), editable=False)
    invited_at = models.DateTimeField("invited", null=True, editable=False)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            # One spelling of an address, so that its unique index is blind to case.
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_lower",
                violation_error_message="Write the address in small letters.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def initials(self) -> str:
        """Two characters for the plate at the foot of the navigation: `Warehouse 1` is `W1`."""
        words = self.name.split() or [self.email]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).upper()

"""A right on a place and all beneath it, of one person or of everybody with a role."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Cast, JSONObject

from accounts import access

if TYPE_CHECKING:
    from accounts.models import Role, User


class Grant(models.Model):
    """What it means to have some, or none, is said in `accounts.access`."""

    # A role or place that carries grants is not deleted with them: who lost the last one would see
    # everything.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        verbose_name="person",
    )
    role = models.ForeignKey(
        "accounts.Role",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        help_text="Instead of a person: everybody who has it.",
    )
    location = models.ForeignKey(
        "inventory.Location",
        models.PROTECT,
        related_name="grants",
        verbose_name="place",
        help_text="With all that is beneath it: a site, a zone, one bin.",
    )
    may_move = models.BooleanField(
        "may move stock",
        default=True,
        help_text="Unticked: may only look at what stands there.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, role__isnull=True)
                | Q(user__isnull=True, role__isnull=False),
                name="grant_has_one_holder",
                violation_error_message="Choose a person or a role: one of the two.",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "location"],
                nulls_distinct=False,
                name="grant_unique",
                violation_error_message="There is a grant for this place already. Change that one.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} at {self.location}"

    @property
    def holder(self) -> "User | Role":
        holder = self.user or self.role
        if holder is None:
            raise ValueError("a constraint gives each grant a holder")
        return holder


@access.provider
def grants() -> ArraySubquery:
    """The grants of each person and of their roles."""
    own = Q(user=OuterRef("pk")) | Q(role__user=OuterRef("pk"))
    rows = Grant.objects.filter(own).order_by()
    return ArraySubquery(
        rows.values(
            row=JSONObject(
                path=Cast("location__path", models.TextField()),
                code="location__code",
                may_move="may_move",
            )
        )
    )

"""What people are in the house: a role is a set of permissions."""

from django.contrib.auth.models import Group
from django.db import models


class Role(Group):
    """Django's group, by the name that staff use for it."""

    class Meta:
        proxy = True
        verbose_name = "role"


class DeliveredPermission(models.Model):
    """A permission that a role was given once by a release of Backroom, by names.

    What was given once is not given again: whoever takes it away from the role keeps it away.
    """

    role = models.CharField(max_length=150)
    permission = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()  # nobody's to edit
        constraints = [
            models.UniqueConstraint(
                fields=["role", "permission"], name="delivered_permission_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.permission}"

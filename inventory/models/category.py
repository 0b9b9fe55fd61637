"""What kind of thing an item is."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Upper


class Category(models.Model):
    name = models.CharField(max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                Upper("name"),
                "parent",
                nulls_distinct=False,
                name="category_name_unique",
                violation_error_message="There is a category of this name here already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("pk")), name="category_not_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a ring. The last of two who close one at once is not seen here."""
        above = self.parent
        while above is not None:
            if above == self:
                raise ValidationError({"parent": "A category cannot stand inside itself."})
            above = above.parent

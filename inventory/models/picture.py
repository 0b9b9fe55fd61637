"""A picture of an item, in two sizes, named by what is in it."""

from django.db import models
from django.urls import reverse


class Picture(models.Model):
    """Kept in PostgreSQL: one backup has it, and every web process of every machine."""

    sha256 = models.CharField(max_length=64, primary_key=True, editable=False)
    content = models.BinaryField(help_text="WebP, at most 1,024 pixels wide or high.")
    thumbnail = models.BinaryField(help_text="WebP, at most 96 pixels wide or high.")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex="^[0-9a-f]{64}$"), name="picture_named_by_content"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    def get_absolute_url(self) -> str:
        return picture_url(self.pk)


def picture_url(sha256: str, *, size: str = "full") -> str:
    """Where a picture is served; lists have the name alone and need no row. `size`: full, thumb."""
    return reverse("inventory:picture", args=[sha256, size])

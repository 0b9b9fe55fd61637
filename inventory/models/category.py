"""What kind of thing an item is."""

import pgtrigger
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
        triggers = [
            pgtrigger.Trigger(
                name="category_not_inside_itself",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.parent_id IS NOT NULL"),
                # One at a time: two hung into each other at once must not close a ring.
                func="""
                    PERFORM pg_advisory_xact_lock(hashtext('inventory_category'));
                    IF EXISTS (
                        WITH RECURSIVE above AS (
                            SELECT id, parent_id FROM inventory_category WHERE id = NEW.parent_id
                            UNION
                            SELECT next.id, next.parent_id
                            FROM inventory_category AS next JOIN above ON next.id = above.parent_id
                        )
                        SELECT FROM above WHERE id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'a category cannot stand inside itself'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'category_not_inside_itself';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a ring; the database refuses the last of two who close one at once."""
        above = self.parent
        while above is not None:
            if above == self:
                raise ValidationError({"parent": "A category cannot stand inside itself."})
            above = above.parent

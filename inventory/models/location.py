"""A place where stock can stand: site, zone, aisle, bin, in a tree."""

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q, Subquery
from django.db.models.functions import Upper
from django.urls import reverse

from accounts.access import Scope, movable_scope_of, scope_of
from inventory.models.codes import validate_code
from inventory.models.path import PathField

if TYPE_CHECKING:
    from accounts.models import User


def within(scope: Scope, field: str = "path") -> Q:
    """The condition that a place's `field` lies in one of the subtrees of `scope`."""
    if scope.paths is None:
        return Q()
    if not scope.paths:
        return Q(pk__in=())
    condition = Q()
    for path in scope.paths:
        condition |= Q(**{f"{field}__at_or_below": path})
    return condition


class LocationQuerySet(models.QuerySet["Location"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(within(scope))

    def for_user(self, user: "User | AnonymousUser") -> Self:
        return self.within(scope_of(user))

    def movable_by(self, user: "User | AnonymousUser") -> Self:
        """Those where somebody may change what stands there."""
        return self.within(movable_scope_of(user))

    def holding(self) -> Self:
        """Those that may hold stock."""
        return self.filter(structural=False)

    def search(self, text: str) -> Self:
        """An exact code is the answer; else codes that begin so, and names that have it."""
        exact = self.filter(code__iexact=text)
        if exact.exists():
            return exact
        return self.filter(Q(code__istartswith=text) | Q(name__icontains=text))

    def around(self, pk: int) -> Self:
        """A place, all that it stands in, and what stands directly in it."""
        own = Location.objects.filter(pk=pk).values("path")
        return self.filter(Q(parent=pk) | Q(path__at_or_above=Subquery(own)))

    def below(self, place: "Location") -> Self:
        """`place` itself and everything in it."""
        return self.filter(path__at_or_below=place.path)


class LocationKind(models.TextChoices):
    SITE = "site", "Site"
    ZONE = "zone", "Zone"
    AISLE = "aisle", "Aisle"
    BIN = "bin", "Bin"


class Location(models.Model):
    code = models.CharField(
        max_length=32,
        validators=[validate_code],
        help_text="As on its label: A-04-2.",
    )
    name = models.CharField(max_length=100, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="under"
    )
    kind = models.CharField(max_length=10, choices=LocationKind, default=LocationKind.BIN)
    structural = models.BooleanField(
        default=False, help_text="Only groups other places; nothing can stand here."
    )
    sellable = models.BooleanField(
        default=True, help_text="Stock here may be sold, if every place above says so too."
    )
    priority = models.IntegerField(default=50, help_text="Lower is taken from first.")
    path = PathField(editable=False)
    # Sellable itself and in every place above it: what availability asks.
    sells = models.BooleanField(default=True, editable=False)

    objects = LocationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Upper("code"),
                name="location_code_unique",
                violation_error_message="A place with this code already exists.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[^[:space:][:cntrl:]]+$"),
                name="location_code_printable",
                violation_error_message="Up to 32 printable characters without a blank.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LocationKind.values), name="location_kind_valid"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, kind=LocationKind.SITE)
                | Q(parent__isnull=False) & ~Q(kind=LocationKind.SITE),
                name="location_top_is_a_site",
                violation_error_message="A site stands on its own; all else is under a place.",
            ),
        ]
        indexes = [GistIndex(fields=["path"], name="location_by_path")]
        triggers = [
            pgtrigger.Trigger(
                name="location_keep_path",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id", "sellable"),
                when=pgtrigger.Before,
                declare=[("above", "inventory_location%ROWTYPE")],
                # One at a time: two places hung into each other at once must not close a ring.
                func="""
                    PERFORM pg_advisory_xact_lock(hashtext('inventory_location'));
                    NEW.path = NEW.id::text::ltree;
                    NEW.sells = NEW.sellable;
                    IF NEW.parent_id IS NOT NULL THEN
                        SELECT * INTO above FROM inventory_location WHERE id = NEW.parent_id;
                        IF above.path ~ ('*.' || NEW.id || '.*')::lquery THEN
                            RAISE EXCEPTION 'a place cannot stand inside itself'
                                USING ERRCODE = 'check_violation',
                                      CONSTRAINT = 'location_not_inside_itself';
                        END IF;
                        NEW.path = above.path || NEW.id::text;
                        NEW.sells = NEW.sellable AND above.sells;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="location_keep_paths_below",
                operation=pgtrigger.UpdateOf("parent_id", "sellable"),
                when=pgtrigger.After,
                # As text: a restore of pg_dump's looks for operators in pg_catalog alone, and
                # IS DISTINCT FROM cannot say that the one of ltree is elsewhere.
                condition=pgtrigger.Condition(
                    "OLD.path::text IS DISTINCT FROM NEW.path::text "
                    "OR OLD.sells IS DISTINCT FROM NEW.sells"
                ),
                # Touching the children runs the trigger above for each of them.
                func="""
                    UPDATE inventory_location SET sellable = sellable WHERE parent_id = NEW.id;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="location_structural_is_empty",
                operation=pgtrigger.UpdateOf("structural"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.structural AND NOT OLD.structural"),
                func="""
                    IF EXISTS (
                        SELECT FROM inventory_stocklevel
                        WHERE location_id = NEW.id AND on_hand > 0
                    ) THEN
                        RAISE EXCEPTION 'stock stands at this place'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'location_structural_is_empty';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("inventory:place-detail", args=[self.pk])

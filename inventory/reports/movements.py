"""Lines of the ledger that explain something else: a refused count, a broken promise."""

from collections.abc import Sequence

from django.db.models import OuterRef, Subquery

from inventory.models import MovementKind, StockLevel, StockMovement


def meanwhile(level: StockLevel, *, since: int, size: int = 10) -> list[StockMovement]:
    """What changed what is on hand at a level after its version `since`, oldest first; the newest
    `size` of it.
    """
    lines = (
        StockMovement.objects.filter(level=level, version__gt=since)
        .exclude(on_hand_delta=0)
        .select_related("actor", "reason", "reversal_of")
        .order_by("-version")
    )
    return list(reversed(lines[:size]))


def causes_of(broken: Sequence[StockMovement]) -> dict[int, StockMovement]:
    """The lines of goods that broke promises, by the ids of the lines of these promises.

    They stand next at the same level: first what gives way, then what takes the goods.
    """
    of_goods = StockMovement.objects.exclude(kind=MovementKind.BREAK)
    cause = of_goods.filter(level=OuterRef("level"), version__gt=OuterRef("version"))
    pairs = dict(
        StockMovement.objects.filter(pk__in=[line.pk for line in broken])
        .annotate(cause=Subquery(cause.order_by("version").values("pk")[:1]))
        .values_list("pk", "cause")
    )
    causes = of_goods.select_related("level", "actor", "reason", "reversal_of").in_bulk(
        pairs.values()
    )
    return {line: causes[cause] for line, cause in pairs.items()}

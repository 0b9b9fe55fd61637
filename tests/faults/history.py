"""What the ledger says of a crowd: nothing oversold, nothing doubled, nobody refused wrongly."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from inventory.models import Hold, Item, StockLevel, StockMovement


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many asks there were, and what went wrong with which."""

    asks: int
    held: int
    refused: int
    oversold: int
    doubled: int
    lost: int
    wrongly_refused: list[dict[str, Any]]

    @property
    def clean(self) -> bool:
        return not (self.oversold or self.doubled or self.lost or self.wrongly_refused)


def judge(sku: str, asks: list[dict[str, Any]]) -> Verdict:
    """Compare what was answered with what is written, for an item that was only held."""
    item = Item.objects.get(sku=sku)
    levels = StockLevel.objects.filter(item=item)
    moments, frees = _free_over_time(item)
    made = dict(Hold.objects.values_list("idempotency_key", "pk"))
    held = [ask for ask in asks if "hold" in ask]
    refused = [ask for ask in asks if "refused" in ask]
    return Verdict(
        asks=len(asks),
        held=len(held),
        refused=len(refused),
        oversold=-min(0, *frees, *(level.available for level in levels)),
        doubled=len(made) - len(set(made.values())),
        # Who was told that they hold something holds it, and who was told nothing holds nothing.
        lost=sum(made.get(ask["key"]) != ask["hold"] for ask in held)
        + sum(ask["key"] in made for ask in refused)
        + len(asks)
        - len(held)
        - len(refused),
        wrongly_refused=[
            ask
            for ask in refused
            if _least(moments, frees, ask["from"], ask["to"]) >= ask["quantity"]
        ],
    )


def _free_over_time(item: Item) -> tuple[list[float], list[int]]:
    """When what was free changed, and to what; the first is from the beginning of time."""
    lines = list(
        StockMovement.objects.filter(level__item=item)
        .order_by("recorded_at", "pk")
        .values_list("recorded_at", "on_hand_delta", "held_delta")
    )
    moments = [at.timestamp() for at, _, _ in lines]
    return [0.0, *moments], [0, *accumulate(on_hand - held for _, on_hand, held in lines)]


def _least(moments: list[float], frees: list[int], since: float, until: float) -> int:
    """The least that was free at any moment between two."""
    first, last = bisect_right(moments, since) - 1, bisect_right(moments, until)
    return min(frees[first:last])

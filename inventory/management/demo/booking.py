"""A story booked through the ledger, like everything else."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.access import EVERYWHERE
from accounts.models import User
from inventory import ledger
from inventory.ledger import Done, Line, Request
from inventory.management.demo.story import Act
from inventory.models import Item, Location, Reason

_A_CALL = 200  # lines


class Desk:
    """Knows the house: what the words of a story are called in its tables."""

    def __init__(self, people: Mapping[str, User]) -> None:
        self._people = {name: person.pk for name, person in people.items()}
        self._items = dict(Item.objects.values_list("sku", "pk"))
        self._places = dict(Location.objects.values_list("code", "pk"))
        self._reasons = dict(Reason.objects.values_list("code", "pk"))

    def missing(self, acts: Sequence[Act]) -> list[str]:
        """People, places and reasons of the story that this house has no longer, by name."""
        named = {act.by for act in acts} - self._people.keys()
        named |= {place for act in acts for _, place, _ in act.lines} - self._places.keys()
        named |= {act.reason for act in acts if act.reason} - self._reasons.keys()
        return sorted(named)

    def book(self, acts: Sequence[Act], moments: Sequence[datetime]) -> int:
        """Post the acts in their order, some at a time; return how many were refused."""
        booked: list[int | None] = []  # the first movement of each act, None of a refused one
        waiting: list[Request] = []

        def post() -> None:
            outcomes = ledger.post(waiting)
            booked.extend(o.movements[0] if isinstance(o, Done) else None for o in outcomes)
            waiting.clear()

        for act, at in zip(acts, moments, strict=True):
            # A line can be undone once it stands in the ledger.
            if act.undoes is not None and act.undoes >= len(booked):
                post()
            undone = booked[act.undoes] if act.undoes is not None else None
            waiting.append(self._request(act, at, undone))
            if sum(len(request.lines) for request in waiting) >= _A_CALL:
                post()
        post()
        return booked.count(None)

    def _request(self, act: Act, at: datetime, undone: int | None) -> Request:
        signed = -1 if act.kind == "ship" else 1
        return Request(
            act.kind,
            tuple(
                Line(self._items[sku], signed * quantity, self._places[place], reverses=undone)
                for sku, place, quantity in act.lines
            ),
            actor=self._people[act.by],
            scope=EVERYWHERE,
            reference=act.reference,
            reason=self._reasons[act.reason] if act.reason else None,
            note=act.note,
            effective_at=at,
        )

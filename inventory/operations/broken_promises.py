"""Telling people that goods which were promised to them are gone."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.access import Scope, scope_of
from accounts.models import User
from accounts.site import our_site
from inventory import reports
from inventory.models import Hold, Location, MovementKind, StockMovement
from inventory.models.movement import belongs_to

_PROMISED = (MovementKind.ALLOCATE, MovementKind.CONFIRM)


def tell_of_broken_promises(*, movements: Sequence[int]) -> None:
    """Write to whoever made the promises that these ledger lines broke, one mail for each."""
    lines = (
        StockMovement.objects.filter(pk__in=movements, kind=MovementKind.BREAK)
        .select_related("level__item", "level__location")
        .order_by("pk")
    )
    by_owner: dict[str, list[StockMovement]] = {}
    for line in lines:
        by_owner.setdefault(line.reference, []).append(line)
    for reference, broken in by_owner.items():
        _tell(reference, broken)


def _tell(reference: str, broken: list[StockMovement]) -> None:
    noun, _, number = reference.partition(":")
    hold = Hold.objects.get(pk=number) if noun == "hold" and broken[0].held_delta else None
    person = _maker(hold) if hold else _promiser(reference, broken)
    if person is None or not person.is_active:
        return
    causes, scope = reports.causes_of(broken), scope_of(person)
    context = {
        "person": person,
        "hold": hold,
        "called": str(hold) if hold else reference,
        "url": f"{our_site()}{belongs_to(reference)}",
        "lines": [
            {
                "quantity": -line.held_delta - line.allocated_delta,
                "item": line.level.item,
                # The right to see it may have been taken from whoever made the promise.
                "place": _named(line.level.location, scope),
                "cause": causes[line.pk],
            }
            for line in broken
        ],
    }
    subject = render_to_string("inventory/email/promise_broken_subject.txt", context)
    text = render_to_string("inventory/email/promise_broken_message.txt", context)
    EmailMessage(" ".join(subject.split()), text.strip(), to=[person.email]).send()


def _named(place: Location, scope: Scope) -> str:
    return place.code if scope.covers(str(place.path)) else ""


def _maker(hold: Hold) -> User | None:
    noun, _, number = hold.principal.partition(":")
    return User.objects.filter(pk=number).first() if noun == "user" else None


def _promiser(reference: str, broken: list[StockMovement]) -> User | None:
    """Who promised goods to an order last, of the items that are gone."""
    items = {line.level.item_id for line in broken}
    promises = StockMovement.objects.filter(
        reference=reference, kind__in=_PROMISED, level__item_id__in=items
    )
    last = promises.select_related("actor").order_by("-pk").first()
    return last.actor if last else None

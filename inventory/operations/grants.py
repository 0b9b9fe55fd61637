"""Rights by place: given, changed, taken. What they mean is said in `accounts.access`."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from accounts import rank
from accounts.access import movable_scope_of
from accounts.models import Role, User
from inventory.models import Grant, Location
from inventory.models.constraint import constraint_of


class GrantRefused(Exception):
    """A rule about rights by place said no. The text is fit to show."""


_WHY = {
    "grant_has_one_holder": "Choose a person or a role: one of the two.",
    "grant_unique": "There is a grant for this place already. Change that one.",
}


def grant_place(*, holder: User | Role, place: Location, may_move: bool, actor: User) -> Grant:
    """Give a person, or everybody with a role, a right on `place` and all beneath it.

    :raises GrantRefused: if `actor` may not give it, or there is one for this place already
    """
    who = {"user" if isinstance(holder, User) else "role": holder}
    try:
        with transaction.atomic():
            _refuse(holder, actor)
            given = Grant.objects.create(**who, location=place, may_move=may_move)
            _ask_anew(given)
            return given
    except IntegrityError as broken:
        why = _WHY.get(constraint_of(broken) or "")
        if why is None:
            raise
        raise GrantRefused(why) from broken


@transaction.atomic
def change_grant(*, grant: int, may_move: bool, actor: User) -> Grant:
    """Say whether a grant lets stock be moved, or only looked at.

    :raises GrantRefused: if `actor` may not
    """
    known = Grant.objects.select_related("user", "role", "location").get(pk=grant)
    _refuse(known.holder, actor)
    known.may_move = may_move
    known.save(update_fields=["may_move"])
    _ask_anew(known)
    return known


@transaction.atomic
def take_grant(*, grant: int, actor: User) -> None:
    """Take a grant away. Whoever has no other one sees and moves everything again.

    :raises GrantRefused: if `actor` may not
    """
    known = Grant.objects.select_related("user", "role").get(pk=grant)
    _refuse(known.holder, actor)
    _ask_anew(known)
    known.delete()


def count_last_of(grant: Grant) -> int:
    """How many people have no other grant than this one: without it they see everything."""
    others = Grant.objects.exclude(pk=grant.pk)
    people: QuerySet[User] = _people(grant).active().filter(is_superuser=False)
    narrowed = Q(pk__in=others.values("user")) | Q(groups__in=others.values("role"))
    return people.exclude(narrowed).distinct().count()


def _refuse(holder: User | Role, actor: User) -> None:
    if not movable_scope_of(actor).everywhere:
        raise GrantRefused("Rights by place are given by who may move stock at every place.")
    if isinstance(holder, User):
        if holder.is_superuser:
            raise GrantRefused(f"{holder} has all rights, at every place. A grant changes nothing.")
        if holder.pk == actor.pk:
            raise GrantRefused("Nobody changes their own rights: ask another Admin to do it.")
        if not rank.may_change(actor, holder):
            raise GrantRefused(f"{holder} may do more than you. Ask somebody with all rights.")
        return
    if not actor.is_superuser and actor.groups.filter(pk=holder.pk).exists():
        raise GrantRefused("You have this role yourself: ask another Admin to do it.")
    if not rank.may_give(actor, holder):
        raise GrantRefused(f"{holder} gives more than you have. Ask somebody who has it.")


def _people(grant: Grant) -> Any:
    if grant.user_id:
        return User.objects.filter(pk=grant.user_id)
    return User.objects.filter(groups=grant.role_id)


def _ask_anew(grant: Grant) -> None:
    """Whoever it concerns is asked for their rights anew by what stays open, such as a socket."""
    _people(grant).update(access_epoch=F("access_epoch") + 1)

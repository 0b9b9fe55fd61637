"""Who may see what stands where, and who may move it: said once, here.

Permissions say *what* a person may do, a scope says *where*. Every queryset of a page or an
operation passes through `for_user`, which narrows it to what that person may see; the ledger
refuses whatever would change a level outside what they may move.

1. Whoever is not active sees nothing.
2. Whoever has all rights sees and moves everything: nobody can lock the house against itself.
3. Whoever has no grant, neither of their own nor by a role, sees and moves everything: a house
   without grants is open to all who work in it, and the first grant of a person narrows them.
4. Everybody else sees the places of their grants with all that is beneath, their own and those of
   their roles added up, and moves what stands at those whose grant says so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Scope:
    """Places: subtrees by their path, or everywhere when `paths` is None."""

    paths: tuple[str, ...] | None = None

    @property
    def everywhere(self) -> bool:
        return self.paths is None

    def covers(self, path: str) -> bool:
        """Tell whether a place with this path lies in it."""
        return self.paths is None or any(_is_at_or_below(path, root) for root in self.paths)


EVERYWHERE = Scope()
NOWHERE = Scope(paths=())


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant as the tree stands now: the path and code of its place, and whether one may move."""

    path: str
    code: str
    may_move: bool


@dataclass(frozen=True, slots=True)
class _Rights:
    seen: Scope
    moved: Scope
    codes: tuple[str, ...] = ()


# Gives the grants of each person of a query, own and by role, as rows of (path, code, may_move).
type Provider = Callable[[], ArraySubquery]

_providers: list[Provider] = []


def provider(give: Provider) -> Provider:
    """Register who knows the grants: places live in a package above this one."""
    _providers.append(give)
    return give


def with_grants(people: "QuerySet[User]") -> "QuerySet[User]":
    """Load people with their grants, so that nothing more is asked for their scopes."""
    return people.annotate(**{f"grants_{n}": give() for n, give in enumerate(_providers)})


def scope_of(user: "User | AnonymousUser") -> Scope:
    """Tell where `user` may look."""
    return _rights_of(user).seen


def movable_scope_of(user: "User | AnonymousUser") -> Scope:
    """Tell where `user` may change what stands there; never more than they see."""
    return _rights_of(user).moved


def places_of(user: "User | AnonymousUser") -> tuple[str, ...]:
    """Name the places that `user` is narrowed to, by code; none when they see everywhere."""
    return _rights_of(user).codes


def _rights_of(user: "User | AnonymousUser") -> _Rights:
    # Asked once for each person that was loaded, as Django does with permissions: every request
    # loads its own, so that a change of grants holds for the next.
    rights: _Rights | None = getattr(user, "_rights", None)
    if rights is None:
        rights = _asked(user)
        user._rights = rights  # type: ignore[union-attr]  # ours, as long as the object lives
    return rights


def _asked(user: "User | AnonymousUser") -> _Rights:
    if not user.is_active:
        return _Rights(NOWHERE, NOWHERE)
    if user.is_superuser:
        return _Rights(EVERYWHERE, EVERYWHERE)
    grants = _grants_of(user)
    if not grants:
        return _Rights(EVERYWHERE, EVERYWHERE)
    roots = _outermost(grants)
    return _Rights(
        seen=Scope(tuple(root.path for root in roots)),
        moved=Scope(tuple(root.path for root in _outermost(g for g in grants if g.may_move))),
        codes=tuple(sorted(root.code for root in roots)),
    )


def _grants_of(user: Any) -> list[Granted]:
    names = [f"grants_{n}" for n, _ in enumerate(_providers)]
    if not all(hasattr(user, name) for name in names):
        user = with_grants(get_user_model()._default_manager.all()).get(pk=user.pk)
    return [Granted(**row) for name in names for row in getattr(user, name)]


def _outermost(grants: Iterable[Granted]) -> list[Granted]:
    """Leave out what lies inside another."""
    kept: list[Granted] = []
    for grant in sorted(grants, key=lambda grant: (grant.path.count("."), grant.path)):
        if not any(_is_at_or_below(grant.path, outer.path) for outer in kept):
            kept.append(grant)
    return kept


def _is_at_or_below(path: str, root: str) -> bool:
    return f"{path}.".startswith(f"{root}.")

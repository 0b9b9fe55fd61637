"""Who may see which places, said once.

Permissions say *what* a person may do, a scope says *where*. Every queryset of a page or an
operation passes through `for_user`, which narrows it to the scope of that person.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Scope:
    """Which places somebody may see: subtrees by their path, or everywhere when `paths` is None."""

    paths: tuple[str, ...] | None = None

    @property
    def everywhere(self) -> bool:
        return self.paths is None


EVERYWHERE = Scope()
NOWHERE = Scope(paths=())


def scope_of(user: "User | AnonymousUser") -> Scope:
    """Tell where `user` may look. Grants by place come later: whoever is active sees everywhere."""
    return EVERYWHERE if user.is_active else NOWHERE

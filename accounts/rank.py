"""Nobody gives what they do not have, and nobody touches who may do more than they."""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission

from accounts.access import movable_scope_of
from accounts.models import User


def may_change(actor: User, person: User) -> bool:
    """Tell whether `actor` may change rights and address of `person`.

    Who changes an address gets the mails that open the door: that is as much as being that person.
    """
    if actor.is_superuser:
        return True
    if person.is_superuser:
        return False
    # A person who is made or changed may see every place: more than who is kept to some.
    if not movable_scope_of(actor).everywhere:
        return False
    # Those somebody would have if they were let in again count, too.
    given = Permission.objects.filter(group__user=person).select_related("content_type")
    has = set(permission_names(given))
    return has <= actor.get_all_permissions()


def may_give(actor: User, role: Group) -> bool:
    """Tell whether `actor` has all that `role` gives."""
    return not beyond(actor, role.permissions.select_related("content_type"))


def beyond(actor: User, permissions: Iterable[Permission]) -> set[str]:
    """Name those of `permissions` that `actor` does not have."""
    if actor.is_superuser:
        return set()
    return set(permission_names(permissions)) - actor.get_all_permissions()


def permission_names(permissions: Iterable[Permission]) -> Iterable[str]:
    for permission in permissions:
        yield f"{permission.content_type.app_label}.{permission.codename}"

"""What a role may do."""

from collections.abc import Collection

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import F

from accounts import rank
from accounts.models import Role, User
from accounts.operations.refusals import BeyondYourRights, NotYourself


@transaction.atomic
def set_permissions(*, role: Role, permissions: Collection[Permission], actor: User) -> None:
    """Say what `role` may do; whoever has it is asked for their rights anew.

    :raises BeyondYourRights: if `actor` does not have what they give or take
    """
    had, wanted = set(role.permissions.all()), set(permissions)
    if missing := rank.beyond(actor, had ^ wanted):
        raise BeyondYourRights(
            f"You do not have this yourself: {', '.join(sorted(missing))}. Ask somebody who has."
        )
    role.permissions.set(wanted)
    User.objects.filter(groups=role.pk).update(access_epoch=F("access_epoch") + 1)


@transaction.atomic
def delete_roles(*, roles: Collection[Role], actor: User) -> None:
    """Delete `roles`, or none of them; whoever had one is asked for their rights anew.

    :raises BeyondYourRights: if a role gives what `actor` does not have
    :raises NotYourself: if `actor` has one of them, and not all rights
    """
    for role in roles:
        if not rank.may_give(actor, role):
            raise BeyondYourRights(
                f"{role} gives more than you have. Ask somebody who has it to delete it."
            )
    keys = [role.pk for role in roles]
    if not actor.is_superuser and actor.groups.filter(pk__in=keys).exists():
        raise NotYourself
    User.objects.filter(groups__in=keys).update(access_epoch=F("access_epoch") + 1)
    Role.objects.filter(pk__in=keys).delete()

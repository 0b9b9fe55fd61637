"""What a role may do."""

from collections.abc import Collection

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import F

from accounts import rank
from accounts.models import Role, User
from accounts.operations.refusals import BeyondYourRights


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

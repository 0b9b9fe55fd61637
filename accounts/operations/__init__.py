from accounts.operations.demo import make_demo_people
from accounts.operations.people import (
    accept_invitation,
    choose_password,
    deactivate,
    invite,
    invite_again,
    reactivate,
    set_details,
    set_roles,
)
from accounts.operations.refusals import (
    BeyondYourRights,
    LastAdmin,
    NotYourself,
    PeopleError,
)
from accounts.operations.roles import delete_roles, set_permissions

__all__ = [
    "BeyondYourRights",
    "LastAdmin",
    "NotYourself",
    "PeopleError",
    "accept_invitation",
    "choose_password",
    "deactivate",
    "delete_roles",
    "invite",
    "invite_again",
    "make_demo_people",
    "reactivate",
    "set_details",
    "set_permissions",
    "set_roles",
]

from accounts.views.invitation import accept_invitation
from accounts.views.password import (
    change_password,
    choose_password,
    choose_password_done,
    reset_password,
    reset_password_done,
)
from accounts.views.sign_in import sign_in, sign_out

__all__ = [
    "accept_invitation",
    "change_password",
    "choose_password",
    "choose_password_done",
    "reset_password",
    "reset_password_done",
    "sign_in",
    "sign_out",
]

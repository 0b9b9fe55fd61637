"""What a person types to come in, and to choose a password."""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.fields import PasswordField, SetPasswordField
from django import forms

from accounts.models import User

# More than anybody types, and little to hash.
LONGEST = 1000
RULES = "12 characters or more. Not a common one, and not your name or your address."


class _Plain(forms.Form):
    """Fields without a placeholder: it is gone just when it would be needed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_Plain, allauth.LoginForm):  # type: ignore[misc]  # allauth ships no types
    password = PasswordField(label="Password", autocomplete="current-password", max_length=LONGEST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = "Work e-mail"
        login.widget.attrs |= {"autocomplete": "username"}


class _TwoNewPasswords(_Plain):
    password1 = SetPasswordField(label="New password", help_text=RULES, max_length=LONGEST)
    password2 = PasswordField(
        label="The same once more", autocomplete="new-password", max_length=LONGEST
    )


class ChangePasswordForm(_TwoNewPasswords, allauth.ChangePasswordForm):  # type: ignore[misc]  # likewise
    oldpassword = PasswordField(
        label="Your password of now", autocomplete="current-password", max_length=LONGEST
    )
    field_order = ["oldpassword", "password1", "password2"]


class ChoosePasswordForm(_TwoNewPasswords, allauth.ResetPasswordKeyForm):  # type: ignore[misc]  # likewise
    """For whoever came by a link: of a reset, or of an invitation."""


class ResetPasswordForm(_Plain, allauth.ResetPasswordForm):  # type: ignore[misc]  # likewise
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Work e-mail"

    def clean_email(self) -> str:
        """Find who is to get the mail; for the one who asks, nobody and somebody look the same.

        Whoever was invited and never came needs a new invitation, from somebody who still wants it.
        """
        email: str = self.cleaned_data["email"].lower()
        known = User.objects.active().filter(email=email)
        self.users = [user for user in known if user.has_usable_password()]
        return email

"""The link of an invitation: signed, good for a week, and only until it was used."""

from datetime import timedelta

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

LIFETIME = timedelta(days=7)
_SALT = "accounts.invitation"


class InvitationEnded(Exception):
    """The link opens nothing any more. The text is fit to show, `code` is for machines."""

    code = "invitation_ended"


def token_of(person: User) -> str:
    """Make the secret part of the link that `person` gets by mail."""
    return signing.dumps([person.pk, _state(person)], salt=_SALT)


def opened(token: str) -> User:
    """Tell whose link it is.

    :raises InvitationEnded: if it is too old, was used, or was replaced by a newer one
    """
    try:
        pk, state = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except signing.SignatureExpired as expired:
        raise InvitationEnded(
            f"This invitation was good for {LIFETIME.days} days. Ask your Admin for a new one."
        ) from expired
    except signing.BadSignature as forged:
        raise InvitationEnded(
            "This link is not complete. Open it once more from the mail, all of it."
        ) from forged
    person: User | None = User.objects.active().filter(pk=pk).first()
    if person is None or not constant_time_compare(state, _state(person)):
        raise InvitationEnded(
            "This invitation was used, or a newer one was sent. Sign in, open the newer mail, or "
            "ask your Admin."
        )
    return person


def _state(person: User) -> str:
    """What changes when a password is chosen, when one is invited anew, and with the address."""
    seen = f"{person.password}|{person.invited_at and person.invited_at.isoformat()}|{person.email}"
    return salted_hmac(_SALT, seen, algorithm="sha256").hexdigest()

"""Who works here: inviting, rights, letting go. People are never deleted: the ledger names them."""

from collections.abc import Collection

from django.contrib.auth.hashers import make_password
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import rank
from accounts.invitations import LIFETIME, InvitationEnded, opened, token_of
from accounts.models import Role, User
from accounts.operations.refusals import (
    BeyondYourRights,
    LastAdmin,
    NotYourself,
    PeopleError,
)


@transaction.atomic
def invite(
    *, email: str, name: str, roles: Collection[str], staff: bool, actor: User, site: str
) -> User:
    """Make a person, and send them a link to choose a password; `site` is our address on the net.

    :raises BeyondYourRights: if a role gives more than `actor` has
    """
    person = User.objects.create_user(email, name=name)
    set_roles(person=person.pk, roles=roles, staff=staff, actor=actor)
    return invite_again(person=person.pk, actor=actor, site=site)


@transaction.atomic
def invite_again(*, person: int, actor: User, site: str) -> User:
    """Send a new link; the older ones end.

    :raises PeopleError: if that person is not active, or has a password
    :raises BeyondYourRights: if that person may do more than `actor`
    """
    invited = _changeable(person, actor)
    if not invited.is_active:
        raise PeopleError(f"{invited} is not active. Let them in again first.")
    if invited.has_usable_password():
        raise PeopleError(
            f"{invited} has a password. Whoever has forgotten it presses “Forgot it?” when "
            "signing in."
        )
    User.objects.filter(pk=person).update(invited_at=Now())
    invited.refresh_from_db()
    _send_invitation(invited, actor, site)
    return invited


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> User:
    """Give the person of an invitation the password they chose; the link ends.

    :raises InvitationEnded: if the link is too old, was used, or was replaced by a newer one
    """
    person = opened(token)
    # The condition is the check: of two who press at once, one has chosen.
    waiting = User.objects.active().filter(
        pk=person.pk, password=person.password, invited_at=person.invited_at, email=person.email
    )
    if not waiting.update(password=make_password(password), access_epoch=F("access_epoch") + 1):
        raise InvitationEnded("This invitation was used just now. Sign in with the new password.")
    person.refresh_from_db()
    return person


def choose_password(*, person: User, password: str) -> None:
    """Give `person` a new password; sign-ins elsewhere end, for they hang on the old one."""
    person.set_password(password)
    User.objects.filter(pk=person.pk).update(
        password=person.password, access_epoch=F("access_epoch") + 1
    )


@transaction.atomic
def set_details(*, person: int, email: str, name: str, actor: User) -> User:
    """Correct how somebody is called, and where their mail goes; the old address is told.

    :raises BeyondYourRights: if that person may do more than `actor`
    """
    known = _changeable(person, actor)
    old, known.email, known.name = known.email, email.lower(), name
    known.save(update_fields=["email", "name"])
    if old != known.email and known.has_usable_password():
        _send("address_changed", to=old, context={"person": known, "actor": actor})
    return known


@transaction.atomic
def set_roles(
    *,
    person: int,
    roles: Collection[str],
    staff: bool,
    actor: User,
    superuser: bool | None = None,
) -> User:
    """Say what somebody may do; `superuser` None leaves that as it is.

    :raises BeyondYourRights: if `actor` does not have what they give, or that person has more
    :raises NotYourself: if it would take the admin, a role or all rights from `actor`
    :raises LastAdmin: if nobody would have all rights any more
    """
    admins = _lock_admins()
    known = _changeable(person, actor)
    everything = known.is_superuser if superuser is None else superuser
    if everything and not known.is_superuser and not actor.is_superuser:
        raise BeyondYourRights("Only who has all rights gives all rights.")
    if known.is_superuser and not (everything and staff):
        _keep_an_admin(known, actor, admins)
    given = list(Role.objects.filter(name__in=roles))
    had = set(known.groups.values_list("pk", flat=True))
    lost = had - {role.pk for role in given} or (known.is_staff and not staff)
    if known.pk == actor.pk and lost and not actor.is_superuser:
        raise NotYourself
    for role in given:
        if role.pk not in had and not rank.may_give(actor, role):
            raise BeyondYourRights(f"{role} gives more than you have. Ask somebody who has it.")
    known.groups.set(given)
    User.objects.filter(pk=person).update(
        is_staff=staff, is_superuser=everything, access_epoch=F("access_epoch") + 1
    )
    known.refresh_from_db()
    return known


@transaction.atomic
def deactivate(*, person: int, actor: User) -> User:
    """Let somebody go: they are out at their next request, and their password is gone.

    Without it no sign-in and no link of theirs ever comes alive again.

    :raises BeyondYourRights: if that person may do more than `actor`
    :raises NotYourself: if it is `actor`
    :raises LastAdmin: if nobody would have all rights any more
    """
    admins = _lock_admins()
    known = _changeable(person, actor)
    if known.pk == actor.pk or known.is_superuser:
        _keep_an_admin(known, actor, admins)
    User.objects.filter(pk=person).update(
        is_active=False, password=make_password(None), access_epoch=F("access_epoch") + 1
    )
    known.refresh_from_db()
    return known


@transaction.atomic
def reactivate(*, person: int, actor: User, site: str) -> User:
    """Let somebody in again, with the roles they had: they choose a new password by invitation.

    :raises BeyondYourRights: if that person may do more than `actor`
    """
    _changeable(person, actor)
    changed = User.objects.filter(pk=person, is_active=False).update(
        is_active=True, access_epoch=F("access_epoch") + 1
    )
    if not changed:
        raise PeopleError("This person is active already.")
    return invite_again(person=person, actor=actor, site=site)


def _changeable(person: int, actor: User) -> User:
    known: User = User.objects.select_for_update(no_key=True).get(pk=person)
    if not rank.may_change(actor, known):
        raise BeyondYourRights(f"{known} may do more than you. Ask somebody with all rights.")
    return known


def _lock_admins() -> list[int]:
    """Lock who has all rights, lowest first, so that two cannot let each other go at once."""
    admins = User.objects.active().filter(is_superuser=True, is_staff=True).order_by("pk")
    return [admin.pk for admin in admins.select_for_update(no_key=True)]


def _keep_an_admin(known: User, actor: User, admins: list[int]) -> None:
    if known.pk == actor.pk:
        raise NotYourself
    if admins == [known.pk]:
        raise LastAdmin


def _send_invitation(person: User, actor: User, site: str) -> None:
    path = reverse("account_invitation", args=[token_of(person)])
    context = {"person": person, "actor": actor, "url": f"{site.rstrip('/')}{path}"}
    _send("invitation", to=person.email, context={**context, "days": LIFETIME.days})


def _send(mail: str, *, to: str, context: dict[str, object]) -> None:
    subject = render_to_string(f"account/email/{mail}_subject.txt", context)
    text = render_to_string(f"account/email/{mail}_message.txt", context)
    EmailMessage(" ".join(subject.split()), text.strip(), to=[to]).send()

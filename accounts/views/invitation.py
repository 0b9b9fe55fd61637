"""Where the link of an invitation leads."""

from allauth.decorators import rate_limit
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms import ChoosePasswordForm
from accounts.invitations import InvitationEnded, opened
from accounts.operations import people
from pages.parts import go_to


@rate_limit(action="invitation")  # type: ignore[untyped-decorator]  # allauth ships no types
@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody who was invited choose a password, and sign them in."""
    try:
        person = opened(token)
        form = ChoosePasswordForm(request.POST or None, user=person)
        if not form.is_valid():
            context = {"form": form, "person": person}
            status = 422 if form.is_bound else 200
            return render(request, "account/invitation.html", context, status=status)
        person = people.accept_invitation(token=token, password=form.cleaned_data["password1"])
    except InvitationEnded as ended:
        return render(request, "account/invitation_ended.html", {"why": str(ended)}, status=410)
    login(request, person)
    request.session.set_expiry(0)  # as at every sign-in: until the browser is closed
    return go_to(request, "pages:today", message=f"Welcome, {person}.")

"""Changing a password, and choosing a new one when it is forgotten."""

from typing import Any

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect


class _Refusing:
    def form_invalid(self, form: Form) -> HttpResponse:
        context = self.get_context_data(form=form)  # type: ignore[attr-defined]  # of FormView
        return self.render_to_response(context, status=422)  # type: ignore[attr-defined, no-any-return]  # of FormView


class ChangePassword(_Refusing, allauth.PasswordChangeView):  # type: ignore[misc]  # allauth ships no types
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_usable_password():
            # Signed in by other means than a password: the way to get one is the mail.
            return redirect("account_reset_password")
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer


class ResetPassword(_Refusing, allauth.PasswordResetView):  # type: ignore[misc]  # allauth ships no types
    pass


class ChoosePassword(_Refusing, allauth.PasswordResetFromKeyView):  # type: ignore[misc]  # allauth ships no types
    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        # The template asks it, also of a link that is good.
        return {"token_fail": False, **super().get_context_data(**kwargs)}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if context["token_fail"]:
            kwargs["status"] = 410  # as the link of an invitation that has ended
        answer: HttpResponse = super().render_to_response(context, **kwargs)
        return answer

    def form_valid(self, form: Form) -> HttpResponse:
        answer: HttpResponseRedirect = super().form_valid(form)
        # Whoever guessed at the old password has told nothing about the new one.
        get_adapter()._delete_login_attempts_cached_email(self.request, email=self.reset_user.email)
        return answer


change_password = ChangePassword.as_view()
reset_password = ResetPassword.as_view()
reset_password_done = allauth.password_reset_done
choose_password = ChoosePassword.as_view()
choose_password_done = allauth.password_reset_from_key_done

"""Coming in and going out."""

from allauth.account.views import LoginView, LogoutView
from django.forms import Form
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.adapter import PAUSED


class SignIn(LoginView):  # type: ignore[misc]  # allauth ships no types
    def form_invalid(self, form: Form) -> HttpResponse:
        answer: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=422)
        for error in form.errors.as_data().get("__all__", []):
            if error.code == PAUSED:
                answer.status_code = 429
                answer["Retry-After"] = str((error.params or {}).get("seconds", 1))
        return answer


sign_in = SignIn.as_view()
# A link that signs people out could be put anywhere.
sign_out = require_POST(LogoutView.as_view())

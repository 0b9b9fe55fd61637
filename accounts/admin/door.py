"""The admin has no door of its own: its sign-in would know no throttle."""

from typing import Any

# What these two register must be there to be taken out again.
import allauth.account.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def change_password(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponse:
    return redirect("account_change_password")


admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth tells
admin.site.password_change = change_password  # type: ignore[method-assign, assignment]  # likewise
# Groups are shown as roles. allauth's addresses stay empty: see settings.
for model in (Group, EmailAddress):
    admin.site.unregister(model)

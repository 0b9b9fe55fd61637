"""The doors of the admin that are not its own: its sign-in would know no throttle."""

from typing import Any

# What these two register must be there to be taken out again.
import allauth.account.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver


def change_password(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponse:
    return redirect("account_change_password")


admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth tells
admin.site.password_change = change_password  # type: ignore[method-assign, assignment]  # likewise
# Groups are shown as roles. allauth's addresses stay empty: see settings.
for model in (Group, EmailAddress):
    admin.site.unregister(model)


def view_on_site(request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
    """Go to the page of a row, for whom its table in the admin shows it.

    Django's own goes to any row of any table, and so tells of each whether there is one.
    """
    try:
        model = ContentType.objects.get_for_id(int(content_type_id)).model_class()
    except (ContentType.DoesNotExist, ValueError):
        model = None
    table = admin.site._registry.get(model) if model else None
    if table is None or not table.has_view_permission(request):
        raise Http404("No page is called that.")
    row = table.get_object(request, object_id)
    if row is None or not hasattr(row, "get_absolute_url"):
        raise Http404("No page is called that.")
    return redirect(row)


def get_urls() -> list[URLPattern | URLResolver]:
    urls = _get_urls()
    for url in urls:
        if isinstance(url, URLPattern) and url.name == "view_on_site":
            url.callback = admin.site.admin_view(view_on_site)
    return urls


_get_urls = admin.site.get_urls
admin.site.get_urls = get_urls  # type: ignore[method-assign]  # as the two above

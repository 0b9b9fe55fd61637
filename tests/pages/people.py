"""Pages to try the engine on: a list of people, and one page for each way to fail."""

import psycopg
from django.contrib.admin import AdminSite, register
from django.contrib.auth.models import Permission
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import path
from django.utils.html import format_html

from accounts.models import User
from config import urls as project
from pages.admin import CatalogueAdmin, LedgerAdmin
from pages.errors import Choice, Conflict, Unprocessable
from pages.filters import Choice as OneOf
from pages.lists import (
    ByCode,
    Column,
    DateRange,
    Empty,
    Exact,
    Flag,
    ListSpec,
    View,
    show_list,
)
from pages.parts import go_to

PEOPLE = ListSpec(
    name="people",
    title="People",
    one="person",
    many="people",
    columns=[
        Column(
            "name",
            "Name",
            sort="name",
            cell=lambda user: format_html("<b>{}</b>", user.name),
        ),
        Column("email", "Address", sort="email"),
        Column("epoch", "Epoch", numeric=True, value=lambda user: user.access_epoch),
        Column("last_login", "Last here", sort="last_login"),
        Column("is_staff", "Staff", default=False),
    ],
    order="name",
    filters=[
        OneOf(
            "staff",
            "Staff",
            choices=[("yes", "Staff"), ("no", "Others")],
            narrow=lambda rows, value: rows.filter(is_staff=value == "yes"),
        ),
        Flag("gone", "Gone", narrow=lambda rows: rows.filter(is_active=False)),
        ByCode(
            "who",
            "Person",
            rows=lambda user: User.objects.all(),
            code="email",
            lookup="pk",
            narrow=lambda rows, found: rows.filter(pk=found.pk),
        ),
        Exact("called", "Called", lookup="name"),
        DateRange("here", "Here", lookup="last_login"),
    ],
    views=[View("Everybody"), View("Gone", {"gone": "1"}, count=lambda user: 3)],
    search=lambda rows, text: rows.filter(name__icontains=text),
    search_hint="Name",
    export="accounts.view_user",
    row_url=lambda user: f"/people/{user.pk}",
    empty=Empty(title="Nobody yet", sentence="Invite somebody.", label="Invite", url="/invite"),
    size=3,
)


def people(request):
    return show_list(request, PEOPLE, User.objects.all())


def nobody(request):
    return show_list(request, PEOPLE, User.objects.none())


def boom(request):
    raise RuntimeError("a bug")


def echo(request):
    return HttpResponse("ok")


class Thing:
    def get_absolute_url(self):
        return "/things/1"


def done(request):
    target = Thing() if "thing" in request.GET else "/people"
    return go_to(request, target, message="Received 20.", undo="/undo/7")


def kept(request):
    return HttpResponse("ok", headers={"Cache-Control": "max-age=31536000, immutable"})


def bad(request):
    raise BadRequest("The cursor was edited.")


def forbidden(request):
    raise PermissionDenied


def refused(request):
    raise Conflict(
        "Only 9 are free there now, so nothing was moved.",
        figure="9",
        of="12",
        choices=[Choice(label="Move the 9 that are free", url="/move?quantity=9")],
    )


def unprocessable(request):
    raise Unprocessable("A structural place holds nothing.")


def away(request):
    with psycopg.connect(host="/tmp/no-server-listens-here"):
        pass


def slow(request):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10ms'")
        cursor.execute("SELECT pg_sleep(5)")


site = AdminSite(name="trial")


@register(User, site=site)
class PersonAdmin(CatalogueAdmin):
    list_display = ["name"]
    search_fields = ["name__istartswith"]


@register(Permission, site=site)
class LedgerOfPermissions(LedgerAdmin):
    list_display = ["codename"]


urlpatterns = [
    path("trial/", site.urls),
    path("people", people),
    path("nobody", nobody),
    path("boom", boom),
    path("echo", echo),
    path("done", done),
    path("kept", kept),
    path("bad", bad),
    path("forbidden", forbidden),
    path("refused", refused),
    path("unprocessable", unprocessable),
    path("away", away),
    path("slow", slow),
    *project.urlpatterns,
]
handler400 = project.handler400
handler403 = project.handler403
handler404 = project.handler404
handler500 = project.handler500

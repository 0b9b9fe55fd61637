"""A list of people and its page, to try the engine on without any app above it."""

from django.http import HttpResponse
from django.urls import path
from django.utils.html import format_html

from accounts.models import User
from config import urls as project
from pages.lists import (
    ByCode,
    Choice,
    Column,
    DateRange,
    Empty,
    Exact,
    Flag,
    ListSpec,
    View,
    show_list,
)

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
        Choice(
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


urlpatterns = [
    path("people", people),
    path("nobody", nobody),
    path("boom", boom),
    path("echo", echo),
    *project.urlpatterns,
]
handler400 = project.handler400
handler403 = project.handler403
handler404 = project.handler404
handler500 = project.handler500

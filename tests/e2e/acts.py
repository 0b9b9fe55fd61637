"""What people do in a browser."""

from django.contrib.auth.models import Group
from playwright.sync_api import Page

from accounts.models import User
from tests.e2e.conftest import PASSWORD
from tests.factories import make_user


def make_person(*, name: str = "Warehouse 1", role: str | None = None, **fields) -> User:
    """Somebody who can sign in with `PASSWORD`, in one of the roles."""
    person = make_user(name=name, password=PASSWORD, **fields)
    if role:
        person.groups.add(Group.objects.get(name=role))
    return person


def sign_in(page: Page, person: User, *, at: str = "/") -> None:
    page.goto(at)
    page.get_by_label("e-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{at}")

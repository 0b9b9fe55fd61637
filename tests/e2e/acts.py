"""What people do in a browser, with a pointer or with the keyboard alone."""

import time
from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.e2e.conftest import PASSWORD
from tests.factories import make_user

REACH = 80  # presses of Tab after which something counts as out of reach


def make_person(*, name: str = "Warehouse 1", role: str | None = None, **fields) -> User:
    """Somebody who can sign in with `PASSWORD`, in one of the roles."""
    person = make_user(name=name, password=PASSWORD, **fields)
    if role:
        person.groups.add(Group.objects.get(name=role))
    return person


def sign_in(page: Page, person: User, *, at: str = "/") -> None:
    """Be in already, without the door: it lets 60 a minute through from one address."""
    door = Client()
    door.force_login(person)
    page.goto("/livez")
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": door.cookies[name].value, "url": page.url}])
    page.goto(at)


def sign_in_by_keyboard(page: Page, person: User) -> None:
    page.goto("/")
    tab_to(page, page.get_by_label("e-mail"))
    page.keyboard.type(person.email)
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()


def scan(page: Page, code: str) -> None:
    """Type as a scanner does, wherever the focus is: at once, and Enter."""
    page.wait_for_load_state()
    _scan(page, [code], enters=1)


def scan_into(field: Locator, *codes: str, enters: int = 1) -> None:
    """Scan codes one right behind the other into a field, each ended by so many Enters."""
    field.focus()
    _scan(field.page, codes, enters=enters)


def _scan(page: Page, codes: Sequence[str], *, enters: int) -> None:
    """Its keys carry the times of a scanner, 2 ms apart, however slow this machine is."""
    session = page.context.new_cdp_session(page)
    at = time.time()
    for key in [key for code in codes for key in (*code, *["Enter"] * enters)]:
        at += 0.002
        text = "\r" if key == "Enter" else key
        told = {"key": key, "timestamp": at}
        session.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": text, **told})
        session.send("Input.dispatchKeyEvent", {"type": "keyUp", **told})
    session.detach()


def press(page: Page, key: str) -> None:
    """Press a key of the page, which hears it once its script has run: nobody is faster."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until `wanted` has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(REACH):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{REACH} presses of Tab do not lead to {wanted}.")


def choose_by_keyboard(page: Page, option: str) -> None:
    """Choose in the list that has the focus, by typing what the option is called."""
    page.keyboard.type(option)

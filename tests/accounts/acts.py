"""What people do at the door."""

import re

from django.test import Client
from django.urls import reverse

PASSWORD = "a long enough password"
OTHER = "quite another password"


def sign_in(browser: Client, email: str, password: str = PASSWORD, *, to: str = ""):
    fields = {"login": email, "password": password} | ({"next": to} if to else {})
    return browser.post(reverse("account_login"), fields)


def is_in(browser: Client) -> bool:
    return browser.get(reverse("account_change_password")).status_code == 200


def link_in(letter) -> str:
    """The path of the link that a mail holds."""
    [link] = re.findall(r"http://testserver(/\S+)", letter.get_content())
    return link


def choose(browser: Client, link: str, password: str = OTHER, again: str | None = None):
    return browser.post(link, {"password1": password, "password2": again or password})

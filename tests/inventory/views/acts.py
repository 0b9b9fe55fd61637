"""What people do on the pages of the stockroom."""

import html
import re
from uuid import uuid4

from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from tests.factories import make_user

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def make_person(role: str, *, name: str = "Warehouse 1") -> User:
    person = make_user(name=name)
    person.groups.add(Group.objects.get(name=role))
    return person


def browser_of(role: str, *, name: str = "Warehouse 1") -> Client:
    """A browser in which somebody of this role has signed in."""
    client = Client()
    client.force_login(make_person(role, name=name))
    return client


def send(client: Client, url: str, *, key=None, **fields):
    """Send a form as htmx does; with a key of its own unless told."""
    return client.post(url, {"form_key": key or uuid4(), **fields}, headers=PART)


def text_of(response) -> str:
    """What a person reads of an answer, without the tags."""
    plain = re.sub(r"<[^>]*>", " ", response.content.decode())
    return re.sub(r"\s+([,.?])", r"\1", re.sub(r"\s+", " ", html.unescape(plain)))


def offered(response, name: str) -> str:
    """The value of a button of the form that was answered."""
    [button] = re.findall(rf'<button[^>]*name="{name}"[^>]*>', response.content.decode())
    return html.unescape(re.search(r'value="([^"]*)"', button).group(1))


def hidden(response, name: str) -> str:
    """The value of a hidden field of the form that was answered."""
    [field] = re.findall(rf'<input[^>]*name="{name}"[^>]*>', response.content.decode())
    return re.search(r'value="([^"]*)"', field).group(1)

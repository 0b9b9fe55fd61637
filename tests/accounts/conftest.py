import email
import email.policy
import itertools
import os

import pytest
from django.test import Client

from jobs import relay
from tests.accounts.hashing import CountedHasher

_numbers = itertools.count(os.getpid() * 1000)


@pytest.fixture(autouse=True)
def hashes(settings):
    """A hasher that takes no time and counts what it does, in a list."""
    settings.PASSWORD_HASHERS = ["tests.accounts.hashing.CountedHasher"]
    CountedHasher.done.clear()
    return CountedHasher.done


@pytest.fixture
def new_address():
    """Give net addresses that nobody has had: tries are counted in Valkey, across all tests."""

    def address() -> str:
        number = next(_numbers)
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    return address


@pytest.fixture
def stranger(new_address):
    """A browser that nobody is signed in with."""
    return Client(REMOTE_ADDR=new_address())


@pytest.fixture
def letters(settings, tmp_path):
    """Read the mail that left: by outbox row, relay and files, as `./dev up` sends it."""
    settings.MAILERS = {
        "default": {"BACKEND": "jobs.mail.OutboxBackend"},
        "out": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        },
    }

    def read() -> list:
        relay.run(budget=10)
        files = sorted((tmp_path / "mail").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        return [_parsed(part) for file in files for part in file.read_bytes().split(b"-" * 79)]

    def _parsed(raw: bytes):
        return email.message_from_bytes(raw.strip(), policy=email.policy.default)

    def written() -> list:
        return [letter for letter in read() if letter["To"]]

    return written

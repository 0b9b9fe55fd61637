import itertools
import os

import pytest
from django.test import Client

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

"""The project with the pages of `tests/pages/people.py` in it, for servers that tests start."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.pages.people"

"""A real web process on this test's database, and a real Chromium in front of it."""

import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.eventually import eventually
from tests.processes import database_url

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
PASSWORD = "a long enough password"

# Chromium's own traffic would be refused by a closed network, many times over.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(item.fspath).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def house(django_db_setup, django_db_blocker, tmp_path_factory):
    """The address of a web process, as `./dev up` starts it."""
    with django_db_blocker.unblock():
        url = database_url()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        port = listening.getsockname()[1]
        log = tmp_path_factory.mktemp("house") / "web.log"
        with log.open("w") as out:
            web = subprocess.Popen(
                [sys.executable, "-m", "config.launch.web", str(listening.fileno())],
                env={
                    **os.environ,
                    "DATABASE_URL": url,
                    "BACKROOM_PROCESS": "web",
                    "PORT": str(port),
                },
                pass_fds=[listening.fileno()],
                stdout=out,
                stderr=out,
            )
        address = f"http://127.0.0.1:{port}"
        try:
            eventually(lambda: web.poll() is None and _answers(f"{address}/livez"))
            yield address
        finally:
            web.terminate()
            web.wait(20)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")  # no longer: while it runs, no async test of this worker can
def browser():
    # Playwright's loop runs in this thread, so Django takes each query for one from a coroutine.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ["BACKROOM_BROWSER"], args=FLAGS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def window(browser: Browser, house: str, committed):
    """Open windows of different people: `window()`, `window(viewport=PHONE)`.

    When the test is done, none of them may have reported an error or a breach of the CSP.
    """
    contexts, complaints = [], []

    def opened(**options) -> Page:
        options.setdefault("viewport", DESK)
        context = browser.new_context(base_url=house, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(error))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [str(each) for each in complaints if not _was_meant(each)] == []


_MEANT = (
    "the server responded with a status of",  # each 4xx and 503
    "Failed to load resource: net::ERR_",  # the network that a test has taken away
    "htmx:error: Failed to fetch",
)


def _was_meant(said: object) -> bool:
    """Chromium writes to the console what the test has looked at itself."""
    return any(words in str(getattr(said, "text", said)) for words in _MEANT)


@pytest.fixture
def page(window) -> Page:
    return window()

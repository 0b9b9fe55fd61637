"""The application under the servers it may run on, as programs of their own."""

import os
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from re import findall

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from tests.factories import make_user

PROJECT = Path(__file__).parent.parent.parent
SERVERS = {
    "uvicorn": ("uvicorn", "--port", "{port}", "config.asgi:application"),
    "daphne": ("daphne", "-b", "127.0.0.1", "-p", "{port}", "config.asgi:application"),
}
SETTINGS = {"BACKROOM_PROCESS": "web", "DJANGO_SETTINGS_MODULE": "tests.pages.settings"}
LISTENING = {"uvicorn": "Uvicorn running on", "daphne": "Listening on TCP address"}


def free_port():
    """A port below 20000 that nobody listens at."""
    with socket.socket() as probe:
        for port in range(8600 + os.getpid() % 5000, 19_999):
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


def database_url():
    """The test database, as the programs that we start must know it."""
    given = connection.get_connection_params()
    host = f"host={given.get('host', '')}&port={given.get('port', '') or ''}".removesuffix("&port=")
    user = given.get("user", "") + (f":{given['password']}" if given.get("password") else "")
    return f"postgresql://{user}@/{given['dbname']}?{host}"


@pytest.fixture(scope="module", params=list(SERVERS))
def port(request, committed):
    """The port of a server of that kind, running on the test database."""
    port = free_port()
    command = [part.format(port=port) for part in SERVERS[request.param]]
    with subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": database_url(), **SETTINGS},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            for line in server.stdout:
                if LISTENING[request.param] in line:
                    break
            else:
                raise AssertionError(f"{request.param} ended before it listened")
            yield port
        finally:
            server.terminate()


@pytest.fixture
def ask(port):
    def asked(path, **headers):
        visit = HTTPConnection("127.0.0.1", port, timeout=30)
        visit.request("GET", path, headers=headers)
        answer = visit.getresponse()
        answer.text = answer.read().decode()
        visit.close()
        return answer

    return asked


@pytest.fixture
def signed_in(committed):
    """The cookie of somebody who has signed in."""
    client = Client()
    client.force_login(make_user(name="Admin", superuser=True))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def test_lives(ask):
    answer = ask("/livez")

    assert (answer.status, answer.text) == (200, "ok\n")


def test_is_ready(ask):
    answer = ask("/readyz")

    assert answer.status == 200
    assert '"status": "ready"' in answer.text


def test_asks_a_stranger_to_sign_in(ask):
    answer = ask("/")

    assert answer.status == 302
    assert answer.headers["Location"] == "/account/login/?next=/"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_says_how_large_a_picture_may_be(port):
    visit = HTTPConnection("127.0.0.1", port, timeout=30)
    visit.request("POST", "/items/new", body=bytes(12 * 1024 * 1024 + 1))

    answer = visit.getresponse()

    assert answer.status == 413
    assert "A picture may have up to 10 MB" in answer.read().decode()
    visit.close()


def test_shows_the_pages_to_who_signed_in(ask, signed_in):
    answer = ask("/", Cookie=signed_in)

    assert answer.status == 200
    assert "<h1>Today</h1>" in answer.text


def test_serves_static_files_that_may_be_kept_for_ever(ask, signed_in):
    page = ask("/", Cookie=signed_in).text
    sheet = findall(r'href="(/static/[^"]+[.]css)"', page)[0]

    answer = ask(sheet)

    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.fixture(scope="module")
def many_people(committed):
    User.objects.bulk_create(
        User(email=f"{'x' * 200}{number}@backroom.example", name=f"{number:0100}")
        for number in range(20_000)
    )


@pytest.mark.usefixtures("many_people")
class TestExport:
    """More bytes than the buffers between server and client hold."""

    @pytest.fixture
    def begin(self, port, signed_in):
        """Begin an export and read its first line."""

        def begun():
            visit = HTTPConnection("127.0.0.1", port, timeout=30)
            visit.request("GET", "/people?format=csv", headers={"Cookie": signed_in})
            answer = visit.getresponse()
            return visit, answer, answer.readline()

        return begun

    def test_is_read_to_its_end(self, begin):
        visit, answer, head = begin()
        lines = [line for line in answer if line.strip()]
        visit.close()

        assert answer.status == 200
        assert head.startswith(b"\xef\xbb\xbfName,Address")
        assert len(lines) == User.objects.count()

    def test_gives_its_place_back_when_the_client_leaves(self, begin, ask, signed_in):
        running = [begin() for _ in range(3)]
        turned_away = ask("/people?format=csv", Cookie=signed_in)

        for visit, answer, _ in running:
            answer.close()
            visit.close()
        answers = iter(lambda: ask("/people?format=csv&who=nobody", Cookie=signed_in).status, None)
        fourth = next(status for status in answers if status != 503)

        assert [answer.status for _, answer, _ in running] == [200, 200, 200]
        assert turned_away.status == 503
        assert turned_away.headers["Retry-After"] == "2"
        assert fourth == 400  # there is a place again, and nobody is called so

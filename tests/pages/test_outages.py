"""Real servers that are really away: nobody listens at the addresses used here."""

import logging
from threading import Event, Timer

import psycopg
import pytest
import redis
from django.db import InterfaceError, OperationalError, connection, transaction
from psycopg_pool import ConnectionPool, PoolTimeout

from config import settings
from pages.outages import is_outage
from tests.factories import make_user

pytestmark = pytest.mark.urls("tests.pages.people")

NOWHERE = "/tmp/no-server-listens-here"


@pytest.fixture
def ask(client):
    client.force_login(make_user())
    client.raise_request_exception = False
    return client.get


@pytest.mark.django_db
class TestIsOutage:
    def test_no_server(self):
        with pytest.raises(psycopg.OperationalError) as failure:
            psycopg.connect(host=NOWHERE)

        assert is_outage(failure.value)

    def test_no_valkey(self):
        with pytest.raises(redis.ConnectionError) as failure:
            redis.Redis(unix_socket_path=NOWHERE).ping()

        assert is_outage(failure.value)

    def test_a_statement_that_took_too_long(self):
        with pytest.raises(OperationalError) as failure:
            sleep_too_long()

        assert is_outage(failure.value)

    def test_a_closed_connection(self):
        assert is_outage(InterfaceError("connection already closed"))

    def test_no_free_connection_in_the_pool(self):
        with (
            make_pool(size=1) as pool,
            pool.connection(),
            pytest.raises(PoolTimeout) as failure,
        ):
            pool.getconn(timeout=0.01)

        assert is_outage(failure.value)

    def test_what_another_error_was_raised_from(self):
        failure = RuntimeError("mail")
        failure.__cause__ = redis.ConnectionError("refused")

        assert is_outage(failure)

    @pytest.mark.parametrize("failure", [RuntimeError("a bug"), KeyError("x"), None])
    def test_a_mistake_of_ours_is_none(self, failure):
        assert not is_outage(failure)


def sleep_too_long():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10ms'")
        cursor.execute("SELECT pg_sleep(5)")


def another_connection():
    """To the same database, as another process has it."""
    given = connection.get_connection_params()
    return psycopg.connect(**{name: given[name] for name in given if name in ADDRESS})


ADDRESS = {"host", "port", "user", "password", "dbname"}


def make_pool(*, size, **options):
    given = connection.get_connection_params()
    address = {name: given[name] for name in given if name in ADDRESS}
    options = {"min_size": size, "max_size": size, "kwargs": address} | options
    return ConnectionPool(open=True, **options)


def lines_of(caplog):
    """What was logged besides the line that every request has."""
    return [each for each in caplog.records if "request_finished" not in each.getMessage()]


class Leaving(psycopg.Connection):
    """A connection to a server that may go away, and come back."""

    away = Event()

    @classmethod
    def connect(cls, conninfo="", **address):
        here = {} if not cls.away.is_set() else {"host": NOWHERE}
        return super().connect(conninfo, **address | here)


@pytest.fixture
def pool_of_an_absent_server(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        Leaving.away.set()
        with make_pool(size=1, connection_class=Leaving, **settings._POOLS["web"]) as pool:
            yield pool


def test_a_server_that_was_away_for_long_is_found_when_it_is_back(pool_of_an_absent_server):
    pool = pool_of_an_absent_server
    with pytest.raises(PoolTimeout):
        pool.getconn(timeout=4.5)

    Leaving.away.clear()

    with pool.connection(timeout=1.5) as found:  # left to itself it would try again after 7 s
        assert found.execute("SELECT 1").fetchone() == (1,)


def test_who_waits_for_a_server_is_served_when_it_is_back(pool_of_an_absent_server):
    coming_back = Timer(2.5, Leaving.away.clear)
    coming_back.start()

    with pool_of_an_absent_server.connection(timeout=4) as found:
        assert found.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.django_db
class TestAnswer:
    def test_asks_to_come_again_and_logs_one_line(self, ask, caplog):
        with caplog.at_level(logging.WARNING):
            answer = ask("/away")

        assert answer.status_code == 503
        assert answer["Retry-After"] == "2"
        [line] = lines_of(caplog)
        assert line.msg["event"] == "outage"
        assert line.msg["kind"] == "OperationalError"
        assert line.exc_info is None

    def test_a_statement_that_took_too_long_is_an_outage_on_a_page(self, ask):
        assert ask("/slow").status_code == 503


@pytest.fixture
def locked_sessions(committed):
    """The table of sessions is locked by somebody else, and we wait 50 ms for it."""
    with another_connection() as other, connection.cursor() as cursor:
        other.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")
        cursor.execute("SET lock_timeout = '50ms'")
        yield
        connection.close()


def test_a_session_that_cannot_be_read_is_no_mistake_of_ours(locked_sessions, client, caplog):
    client.cookies["backroom"] = "a-session-that-might-be-there"

    with caplog.at_level(logging.WARNING):
        answer = client.get("/people")

    assert answer.status_code == 503
    assert [line.msg["event"] for line in lines_of(caplog)] == ["outage"]

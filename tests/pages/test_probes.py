import threading

import pytest

from pages import probes
from pages.probes import Word, probe
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asked_alone(monkeypatch):
    """Only the probes that decide, and none that hangs from another test."""
    deciding = {name: probes._probes[name] for name in ("database", "migrations")}
    monkeypatch.setattr(probes, "_probes", deciding)
    monkeypatch.setattr(probes, "_asked", {})
    monkeypatch.setattr(probes, "_draining", threading.Event())


def test_a_sound_house_is_ready(client):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "database": "ok",
        "migrations": "ok",
        "draining": "ok",
    }


def test_what_differs_is_a_word_and_no_reason_to_take_a_process_out(client):
    @probe("ledger")
    def ledger():
        return Word("differs", ok=False, detail="22423 at A-01")

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["ledger"] == "differs"
    assert "22423" not in answer.content.decode()


def test_staff_read_which(client):
    client.force_login(make_user(is_staff=True))

    @probe("ledger")
    def ledger():
        return Word("1 level", ok=False, detail="22423 at A-01")

    assert client.get("/readyz").json()["ledger"] == {
        "word": "1 level",
        "ok": False,
        "detail": "22423 at A-01",
    }


def test_a_probe_that_fails_is_no_answer(client):
    @probe("broker")
    def broker():
        raise ConnectionError("refused")

    assert client.get("/readyz").json()["broker"] == "differs"
    assert probes.answers()["broker"].detail == "ConnectionError: refused"


def test_a_probe_that_hangs_is_given_up_and_not_asked_again_meanwhile():
    released, asked = threading.Event(), []

    @probe("broker")
    def broker():
        asked.append(1)
        assert released.wait(10)
        return Word("ok", ok=True)

    first = probes.answers(patience=0.05)["broker"]
    second = probes.answers(patience=0.05)["broker"]
    released.set()
    probes._asked["broker"].result(timeout=10)

    assert (first.word, second.word) == ("no answer", "no answer")
    assert asked == [1]
    assert probes.answers()["broker"].ok


def test_without_a_database_it_is_not_ready(client, monkeypatch):
    def away():
        raise ConnectionError("no server")

    monkeypatch.setitem(probes._probes, "database", away)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    assert answer.json()["database"] == "differs"


def test_a_missing_migration_is_not_ready(client, monkeypatch):
    monkeypatch.setitem(probes._probes, "migrations", lambda: Word("missing", ok=False))

    assert client.get("/readyz").status_code == 503


def test_draining_is_not_ready(client):
    probes.drain()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["draining"] == "differs"

import pytest

from pages import search
from pages.search import Found, searcher
from tests.factories import make_user

pytestmark = pytest.mark.django_db

THINGS = ["LANTERN", "LANTERN RED", "LAMP"]


@pytest.fixture
def known(monkeypatch):
    monkeypatch.setattr(search, "_searchers", {})

    @searcher(label="Things", order=1)
    def things(text, user, limit):
        found = [name for name in reversed(THINGS) if text.upper() in name]
        return [
            Found(title=name, subtitle="a thing", url=f"/things/{name}", code=name)
            for name in found[:limit]
        ]

    @searcher(label="Secrets", order=2, permission="accounts.view_user")
    def secrets(text, user, limit):
        return [Found(title="SECRET", subtitle="", url="/secret")]


@pytest.fixture
def asked(client, known):
    client.force_login(make_user())
    return lambda text, **headers: client.get("/search", {"q": text}, headers=headers)


class TestSearch:
    def test_shows_what_is_called_so_by_kind(self, asked):
        html = asked("la").content.decode()

        assert "<h2>Things</h2>" in html
        assert html.index("LAMP") < html.index("LANTERN RED")

    def test_an_exact_code_goes_straight_there(self, asked):
        answer = asked("lantern")

        assert (answer.status_code, answer["Location"]) == (302, "/things/LANTERN")

    def test_as_you_type_it_stays_and_the_exact_code_comes_first(self, asked):
        part = asked("lantern", **{"HX-Request": "true", "HX-Request-Type": "partial"})
        html = part.content.decode()

        assert part.status_code == 200
        assert "<!doctype" not in html
        assert html.index('/things/LANTERN"') < html.index("/things/LANTERN RED")

    def test_asks_nothing_that_a_person_may_not_see(self, asked):
        assert "SECRET" not in asked("la").content.decode()

    def test_says_what_to_try(self, asked):
        assert "Nothing is called “zebra”. Try part of its name." in asked("zebra").content.decode()
        assert "Type a code" in asked("").content.decode()

    def test_says_what_is_wrong_with_a_text(self, asked):
        answer = asked("a\x00b")

        assert answer.status_code == 400
        assert "no keyboard has" in answer.content.decode()

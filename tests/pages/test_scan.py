import pytest

from pages import scan
from pages.scan import resolver
from tests.factories import make_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def known(monkeypatch):
    """Two kinds of codes, the narrower asked first."""
    monkeypatch.setattr(scan, "_resolvers", {})

    @resolver(order=20)
    def by_letter(code, user):
        return "/letters" if code.isalpha() else None

    @resolver(order=10)
    def by_name(code, user):
        return f"/{code.lower()}" if code == "A" else None


@pytest.fixture
def scanned(client, known):
    client.force_login(make_user())
    return lambda code, **headers: client.post("/scan", {"code": code}, headers=headers)


class TestScan:
    def test_goes_to_the_first_that_knows_the_code(self, scanned):
        answer = scanned("A")

        assert (answer.status_code, answer["Location"]) == (303, "/a")
        assert scanned("B")["Location"] == "/letters"

    def test_takes_the_code_without_the_space_around_it(self, scanned):
        assert scanned("  A \n")["Location"] == "/a"

    def test_tells_htmx_where_to_go(self, scanned):
        answer = scanned("A", **HTMX)

        assert (answer.status_code, answer["HX-Redirect"]) == (200, "/a")
        assert "Location" not in answer

    def test_says_that_nothing_is_called_so_and_keeps_the_code_in_the_field(self, scanned):
        answer = scanned("4711", **HTMX)
        html = answer.content.decode()

        assert answer.status_code == 422
        assert "Nothing here is called “4711”" in html
        assert 'value="4711"' in html
        assert "autofocus" in html
        assert "<!doctype" not in html

    def test_works_without_scripts(self, scanned):
        html = scanned("4711").content.decode()

        assert "<!doctype" in html
        assert 'method="post"' in html

    @pytest.mark.parametrize(
        ("code", "sentence"),
        [
            ("", "Nothing was scanned."),
            ("   ", "Nothing was scanned."),
            ("a\x00b", "no keyboard has"),
            ("x" * 1_000_000, "longer than 200 characters"),
        ],
    )
    def test_says_what_is_wrong_with_it(self, scanned, code, sentence):
        answer = scanned(code)

        assert answer.status_code == 422
        assert sentence in answer.content.decode()

    def test_shows_the_field(self, client, known):
        client.force_login(make_user())

        assert 'name="code"' in client.get("/scan").content.decode()

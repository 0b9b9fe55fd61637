import pytest

from pages import tiles
from pages.tiles import tile
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def only(monkeypatch):
    """No tiles but those of the test."""
    monkeypatch.setattr(tiles, "_tiles", {})


@pytest.fixture
def page(client):
    client.force_login(make_user())
    return lambda: client.get("/").content.decode()


SHOWN = "pages/search.html#found"  # any part will do: its `text` tells the tiles apart


@pytest.mark.usefixtures("only")
class TestToday:
    def test_shows_the_tiles_in_their_order(self, page):
        @tile(order=2, template=SHOWN)
        def second(request):
            return {"text": "second"}

        @tile(order=1, template=SHOWN, width="full")
        def first(request):
            return {"text": "first"}

        html = page()

        assert html.index("first") < html.index("second")

    def test_leaves_out_what_has_nothing_to_show(self, page):
        @tile(order=1, template=SHOWN)
        def empty(request):
            return None

        assert "Type a code" not in page()

    def test_leaves_out_what_a_person_may_not_see(self, page):
        @tile(order=1, template=SHOWN, permission="accounts.view_user")
        def secret(request):
            return {"text": "secret"}

        assert "secret" not in page()

    def test_a_tile_that_fails_says_so_and_the_others_stand(self, page):
        @tile(order=1, template=SHOWN)
        def broken(request):
            raise RuntimeError("a bug")

        @tile(order=2, template="pages/no_such_template.html")
        def homeless(request):
            return {}

        @tile(order=3, template=SHOWN)
        def sound(request):
            return {"text": "sound"}

        html = page()

        assert html.count("This tile could not be filled.") == 2
        assert "sound" in html

    def test_makes_the_navigation_once_for_all_tiles(self, page, django_assert_max_num_queries):
        @tile(order=1, template=SHOWN)
        def one(request):
            return {"text": "one"}

        @tile(order=2, template=SHOWN)
        def another(request):
            return {"text": "another"}

        with django_assert_max_num_queries(4):
            page()

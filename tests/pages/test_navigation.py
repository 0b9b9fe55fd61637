import pytest
from django.db import OperationalError
from django.test import RequestFactory

from pages import navigation
from pages.navigation import Entry, links, register
from tests.factories import make_user


@pytest.fixture
def entries(monkeypatch):
    """An empty navigation, put back afterwards."""
    monkeypatch.setattr(navigation, "_entries", {})


def labels_for(user, path="/"):
    return [link.label for link in links(request_of(user, path))]


def request_of(user, path="/"):
    request = RequestFactory().get(path)
    request.user = user
    return request


@pytest.mark.django_db
@pytest.mark.usefixtures("entries")
class TestNavigation:
    def test_stands_in_the_order_that_the_entries_ask_for(self):
        register(Entry(label="Search", url_name="pages:search", icon="search", order=20))
        register(Entry(label="Today", url_name="pages:today", icon="home", order=10))

        assert labels_for(make_user()) == ["Today", "Search"]

    def test_shows_what_a_person_may_use(self):
        register(
            Entry(
                label="People",
                url_name="pages:search",
                icon="users",
                order=1,
                permission="accounts.view_user",
            )
        )
        register(
            Entry(label="Admin", url_name="admin:index", icon="gear", order=2, staff_only=True)
        )

        assert labels_for(make_user()) == []
        assert labels_for(make_user(superuser=True)) == ["People", "Admin"]

    @pytest.mark.parametrize(
        ("path", "here"),
        [
            ("/", "Today"),
            ("/admin/", "Admin"),
            ("/admin/password_change/done/", "Password"),
            ("/x", None),
        ],
    )
    def test_marks_the_entry_that_the_page_lies_under(self, path, here):
        register(Entry(label="Today", url_name="pages:today", icon="home", order=0))
        register(Entry(label="Admin", url_name="admin:index", icon="gear", order=1))
        register(Entry(label="Password", url_name="admin:password_change", icon="key", order=2))

        active = [link.label for link in links(request_of(make_user(), path)) if link.active]

        assert active == ([here] if here else [])

    def test_a_badge_that_fails_is_left_out(self):
        def broken(request):
            raise RuntimeError

        register(Entry(label="Today", url_name="pages:today", icon="home", order=0, badge=broken))
        register(
            Entry(label="Scan", url_name="pages:scan", icon="scan", order=1, badge=lambda _: 5)
        )

        assert [link.badge for link in links(request_of(make_user()))] == [None, 5]

    def test_a_badge_whose_server_is_away_is_no_mistake_of_ours(self, caplog):
        def away(request):
            raise OperationalError("the connection is lost")

        register(Entry(label="Today", url_name="pages:today", icon="home", order=0, badge=away))

        assert [link.badge for link in links(request_of(make_user()))] == [None]
        assert [(line.levelname, line.exc_info) for line in caplog.records] == [("WARNING", None)]

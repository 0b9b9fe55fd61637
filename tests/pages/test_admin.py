import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from pages.admin import EstimatingPaginator
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.people")]

PEOPLE = "/trial/accounts/user/"
LEDGER = "/trial/auth/permission/"


@pytest.fixture
def admin(client):
    client.force_login(make_user(name="Admin", superuser=True))
    return client


def make_people(count):
    User.objects.bulk_create(
        User(email=f"p{number}@backroom.example", name=f"P{number}") for number in range(count)
    )


class TestBigTables:
    def test_are_never_counted_whole(self, admin):
        with CaptureQueriesContext(connection) as asked:
            admin.get(f"{PEOPLE}?q=P")

        people = [each["sql"] for each in asked.captured_queries if "accounts_user" in each["sql"]]
        counts = [sql for sql in people if "COUNT(" in sql]
        assert counts
        assert [sql for sql in counts if "LIMIT 10000" not in sql] == []

    def test_end_after_as_many_pages_as_can_be_skipped(self, admin, monkeypatch):
        monkeypatch.setattr(EstimatingPaginator, "last_page", 2)
        make_people(301)

        last = admin.get(f"{PEOPLE}?p=2")
        beyond = admin.get(f"{PEOPLE}?p=3")

        assert last.status_code == 200
        assert last.context["cl"].paginator.num_pages == 2
        assert (beyond.status_code, beyond["Location"]) == (302, f"{PEOPLE}?e=1")

    def test_show_no_more_rows_than_a_page_when_the_planner_knows_nothing(self, admin):
        make_people(10_050)

        answer = admin.get(PEOPLE)

        assert len(answer.context["cl"].result_list) == 50
        assert answer.context["cl"].result_count >= 10_000


class TestLedger:
    def test_can_be_read(self, admin):
        permission = Permission.objects.first()

        assert admin.get(LEDGER).status_code == 200
        assert admin.get(f"{LEDGER}{permission.pk}/change/").status_code == 200

    def test_refuses_add_change_and_delete(self, admin):
        permission = Permission.objects.first()

        answers = [
            admin.post(f"{LEDGER}add/", {"name": "new"}),
            admin.post(f"{LEDGER}{permission.pk}/change/", {"name": "changed"}),
            admin.post(f"{LEDGER}{permission.pk}/delete/", {"post": "yes"}),
        ]

        assert [answer.status_code for answer in answers] == [403, 403, 403]
        assert Permission.objects.get(pk=permission.pk).name == permission.name

    def test_has_no_action(self, admin):
        count = Permission.objects.count()

        admin.post(
            LEDGER,
            {"action": "delete_selected", "_selected_action": "1", "post": "yes", "index": "0"},
        )

        assert Permission.objects.count() == count
        assert "delete_selected" not in admin.get(LEDGER).content.decode()

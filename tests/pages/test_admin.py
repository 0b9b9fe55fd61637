import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from pages.admin import EstimatingPaginator
from tests.factories import make_stock, make_user

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


ADMINS = sorted(django_admin.site._registry.items(), key=lambda pair: pair[0]._meta.label)


def list_of(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize(("model", "shown"), ADMINS, ids=[model._meta.label for model, _ in ADMINS])
class TestEveryList:
    """Django lets every column of a table be asked by the address of its list."""

    def test_is_asked_only_by_the_filters_beside_it(self, admin, model, shown):
        declared = {each if isinstance(each, str) else each[0] for each in shown.list_filter}
        columns = {field.name for field in model._meta.get_fields()} - declared

        for lookup in {f"{name}__startswith" for name in columns | {"password"}}:
            answer = admin.get(list_of(model), {lookup: "x"})
            assert answer.status_code == 400, lookup
            assert "cannot be read" in answer.text

    def test_offers_what_its_own_filters_ask(self, admin, model, shown):
        filters = admin.get(list_of(model)).context["cl"].filter_specs

        for parameter in {name for each in filters for name in each.expected_parameters()}:
            answer = admin.get(list_of(model), {parameter: "1"})
            assert answer.status_code in {200, 302}, parameter

    def test_asks_its_own_filters_nothing_else(self, admin, model, shown):
        for each in shown.list_filter:
            name = each if isinstance(each, str) else each[0]
            for lookup in ("regex", "startswith", "contains", "password__startswith"):
                answer = admin.get(list_of(model), {f"{name}__{lookup}": "("})
                assert answer.status_code == 400, lookup

    @pytest.mark.parametrize(
        "asked", ["q=%00", "p=%00", "o=%00", "name__contains=%00", "status__exact=%00", "e=%00"]
    )
    def test_refuses_what_the_database_cannot_read(self, admin, model, shown, asked):
        assert admin.get(f"{list_of(model)}?{asked}").status_code == 400

    @pytest.mark.parametrize("lookup", ["name__regex", "kinds__contains", "nothing"])
    def test_refuses_what_nobody_declared(self, admin, model, shown, lookup):
        assert admin.get(list_of(model), {lookup: "("}).status_code == 400

    @pytest.mark.parametrize("value", ["(", "abc", "9" * 30, "-1", ""])
    def test_reads_whatever_its_filters_are_given(self, admin, model, shown, value):
        filters = admin.get(list_of(model)).context["cl"].filter_specs

        for parameter in {name for each in filters for name in each.expected_parameters()}:
            answer = admin.get(list_of(model), {parameter: value})
            assert answer.status_code in {200, 302}, parameter

    @pytest.mark.parametrize("row", ["abc", "\0", "9" * 30, "-1"])
    def test_acts_on_no_row_that_cannot_be_read(self, admin, model, shown, row):
        form = admin.get(list_of(model)).context.get("action_form")
        acts = [name for name, _ in form.fields["action"].choices if name] if form else []

        for act in acts:
            asked = {"action": act, "_selected_action": row, "index": "0"}
            answer = admin.post(list_of(model), asked)
            assert answer.status_code in {200, 302, 400}, act

    @pytest.mark.parametrize("value", ["abc", "\0", "9" * 30, "-1"])
    def test_opens_no_new_form_with_what_its_fields_cannot_read(self, admin, model, shown, value):
        names = [field.name for field in model._meta.concrete_fields]

        for name in names:
            answer = admin.get(f"{list_of(model)}add/", {name: value})
            assert answer.status_code in {200, 400, 403}, name

    @pytest.mark.parametrize("value", ["abc", "\0", "9" * 30, "-1"])
    def test_saves_no_new_form_with_what_its_fields_cannot_read(self, admin, model, shown, value):
        for field in model._meta.concrete_fields:
            answer = admin.post(f"{list_of(model)}add/", {field.name: value})
            assert answer.status_code in {200, 302, 400, 403}, field.name

    def test_refuses_unreadable_text_where_a_form_offers_choices(self, admin, model, shown):
        """The choices for a field are searched by the admin of what it names."""
        for field in model._meta.get_fields():
            if not (field.many_to_one and field.concrete):
                continue
            names = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
            asked = {**names, "field_name": field.name, "term": "\0"}
            answer = admin.get(reverse("admin:autocomplete"), asked)
            assert answer.status_code in {400, 403, 404}, field.name


def test_movements_are_told_in_the_words_of_the_pages(admin):
    make_stock(0)

    told = admin.get(reverse("admin:inventory_stockmovement_changelist")).text

    for word in ("Received", "Shipped", "+1", "−1"):
        assert f">{word}</td>" in told


def test_a_row_that_nobody_changed_here_has_no_history(admin):
    item = make_stock(0).item

    told = admin.get(reverse("admin:inventory_item_history", args=[item.pk])).text

    assert "Nothing was changed here in the admin yet." in told
    assert "probably" not in told


def test_a_barcode_is_asked_what_it_is_of(admin):
    answer = admin.post(reverse("admin:inventory_barcode_add"), {"code": "4006381333931"})

    assert answer.context["errors"] == [["This field is required."]]


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

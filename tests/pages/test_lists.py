from datetime import UTC, datetime
from html import unescape
from re import findall

import pytest
from django.contrib.auth.models import Permission

from accounts.models import User
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.people")]

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def ask(client):
    """Ask for the list as somebody who may do everything, and read the answer as text."""
    client.force_login(make_user(name="Admin", superuser=True, email="admin@backroom.example"))

    def asked(query="", **headers):
        return client.get(f"/people{query}", headers=headers or None)

    return asked


def make_people(*names, **fields):
    return [make_user(name=name, **fields) for name in names]


def text_of(response):
    return unescape(response.content.decode())


def names(response):
    return findall(r"<b>([^<]+)</b></td>", text_of(response))


def heads(response):
    return [
        head.strip()
        for head in findall(r"<th scope[^>]*>(?:\s*<a[^>]*>)?([^<]+)", text_of(response))
    ]


def link(response, words):
    icon = r"(?:\s*<svg[^>]*><use[^>]*></use></svg>)?"
    [url] = findall(rf'<a[^>]*href="([^"]*)"[^>]*>{icon}\s*{words}', text_of(response))
    return url


class TestPaging:
    def test_goes_to_the_next_page_and_back(self, ask):
        make_people("Bea", "Cleo", "Dora", "Ed")

        first = ask()
        second = ask(link(first, "Next"))
        returned = ask(link(second, "Previous"))

        assert names(first) == ["Admin", "Bea", "Cleo"]
        assert "Rows 1 to 3 of 5" in text_of(first)
        assert names(second) == ["Dora", "Ed"]
        assert "Rows 4 to 5 of 5" in text_of(second)
        assert names(returned) == names(first)

    def test_keeps_what_was_asked_on_the_next_page(self, ask):
        make_people("Ann", "Anna", "Annabel", "Anne", "Bea")

        second = ask(link(ask("?q=ann&sort=-name&columns=name&utm_source=mail"), "Next"))

        assert names(second) == ["Ann"]
        assert heads(second) == ["Name"]

    def test_says_what_to_do_about_an_edited_cursor(self, ask):
        answer = ask("?after=edited")

        assert answer.status_code == 400
        assert "Start at the first page" in text_of(answer)
        assert link(answer, "Start this page anew") == "/people"

    def test_asks_few_questions(self, ask, django_assert_max_num_queries):
        make_people(*["Bea"] * 10)

        with django_assert_max_num_queries(10):
            ask("?q=be&sort=-last_login&who=admin@backroom.example")


class TestSearch:
    def test_finds_as_you_type(self, ask):
        make_people("Bea", "Cleo")

        part = ask("?q=cle", **PART)

        assert names(part) == ["Cleo"]
        assert "<!doctype" not in text_of(part)
        assert 'id="results"' in text_of(part)
        assert "HX-Request-Type" in part["Vary"]

    def test_the_field_keeps_what_was_typed_and_carries_the_rest_along(self, ask):
        html = text_of(ask("?q=cle&staff=no&sort=-name&after="))

        assert 'name="q" value="cle"' in html
        assert 'placeholder="Name"' in html
        [form] = findall(r'<form method="get" role="search".*?</form>', html.replace("\n", " "))
        assert findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form) == [
            ("staff", "no"),
            ("sort", "-name"),
        ]

    def test_gives_the_whole_page_when_htmx_restores_it(self, ask):
        page = ask("?q=x", **{"HX-Request": "true", "HX-Request-Type": "full"})

        assert "<!doctype" in text_of(page)

    def test_says_what_to_try_when_nothing_is_called_so(self, ask):
        answer = ask("?q=regancy")

        assert answer.status_code == 200
        assert "No person matches “regancy”" in text_of(answer)
        assert link(answer, "Show all people") == "?"

    def test_says_what_to_do_first_when_there_is_nothing_at_all(self, ask, client):
        answer = client.get("/nobody")

        assert "Nobody yet" in text_of(answer)
        assert link(answer, "Invite") == "/invite"

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [("?q=a%00b", "no keyboard has"), (f"?q={'x' * 201}", "longer than 200 characters")],
    )
    def test_says_what_is_wrong_with_a_text_that_cannot_be_looked_for(self, ask, query, sentence):
        answer = ask(query, **PART)

        assert answer.status_code == 400
        assert sentence in text_of(answer)
        assert names(answer) == []

    def test_shows_what_was_typed_as_text(self, ask):
        answer = ask("?q=<script>alert(1)</script>")

        assert b"<script>alert" not in answer.content


class TestFilters:
    def test_narrows_and_can_be_dropped_alone(self, ask):
        make_people("Bea", "Bella", is_staff=True)
        make_people("Berta")

        answer = ask("?q=be&staff=yes&sort=-name")

        assert names(answer) == ["Bella", "Bea"]
        assert link(answer, "×") == "?q=be&sort=-name"

    def test_names_a_row_by_its_code_in_whatever_case(self, ask):
        make_people("Bea")

        assert names(ask("?who=ADMIN@backroom.EXAMPLE")) == ["Admin"]

    def test_means_days_of_the_business(self, ask, settings):
        settings.TIME_ZONE = "Asia/Tokyo"
        late = datetime(2026, 1, 1, 14, 59, tzinfo=UTC)  # 23:59 in Tokyo
        make_people("Bea", last_login=late)
        make_people("Cleo", last_login=late.replace(hour=15))  # 00:00 of the second

        assert names(ask("?here_from=2026-01-01&here_to=2026-01-01")) == ["Bea"]
        assert names(ask("?here_from=2026-01-02&here_to=2026-01-02")) == ["Cleo"]
        assert "2 Jan 2026" in text_of(ask("?here_from=2026-01-02"))

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("?staff=maybe", "Staff cannot be “maybe”. It may be: Staff, Others."),
            ("?gone=2", "Gone is either 1 or left out"),
            ("?who=nobody", "No person here has the code “nobody”."),
            ("?here_from=yesterday", "“yesterday” is no day"),
            ("?here_to=9999-12-31", "“9999-12-31” is no day"),
            ("?here_from=2026-02-01&here_to=2026-01-01", "Swap them."),
            ("?called=%00", "Called: There is a character"),
        ],
    )
    def test_refuses_a_value_it_does_not_know_and_shows_no_rows(self, ask, query, sentence):
        answer = ask(query)

        assert answer.status_code == 400
        assert sentence in text_of(answer)
        assert names(answer) == []

    def test_ignores_a_parameter_that_no_list_knows(self, ask):
        answer = ask("?utm_source=mail")

        assert names(answer) == ["Admin"]
        assert "utm_source" not in text_of(answer)

    def test_a_view_is_filters_that_belong_together(self, ask):
        make_people("Bea", is_active=False)
        everybody = ask()

        gone = ask(link(everybody, "Gone"))

        assert names(gone) == ["Bea"]
        assert findall(r'aria-current="page">(\w+)', text_of(gone)) == ["Gone"]
        assert '<span class="count">3</span>' in text_of(gone)

    @pytest.mark.parametrize(
        ("query", "view"),
        [("", "Everybody"), ("?staff=no", "Everybody"), ("?gone=1&staff=no", "Gone")],
    )
    def test_a_view_stays_marked_when_more_filters_are_set(self, ask, query, view):
        assert findall(r'aria-current="page">(\w+)', text_of(ask(query))) == [view]


class TestOrderAndColumns:
    def test_sorts_by_the_head_of_a_column_and_the_other_way_round(self, ask):
        make_people("Bea")

        down = ask(link(ask(), "Name"))

        assert names(down) == ["Bea", "Admin"]
        assert findall(r'aria-sort="(\w+)"', text_of(down)) == ["descending"]
        assert names(ask(link(down, "Name"))) == ["Admin", "Bea"]

    def test_shows_the_columns_that_were_chosen_in_their_own_order(self, ask):
        assert heads(ask()) == ["Name", "Address", "Epoch", "Last here"]
        assert heads(ask("?columns=is_staff&columns=name")) == ["Name", "Staff"]
        assert heads(ask("?columns=is_staff,name")) == ["Name", "Staff"]

    @pytest.mark.parametrize(
        "query", ["?sort=password", "?sort=is_staff", "?columns=name,password", "?format=xml"]
    )
    def test_refuses_what_it_does_not_have(self, ask, query):
        assert ask(query).status_code == 400

    def test_tells_the_keyboard_where_a_row_leads(self, ask):
        assert f'data-href="/people/{User.objects.get().pk}"' in text_of(ask())


class TestExport:
    def lines(self, response):
        assert response.status_code == 200
        return b"".join(response.streaming_content).decode()

    def test_has_all_pages_of_exactly_what_is_shown(self, ask):
        make_people("Ann", "Anna", "Annabel", "Anne", "Bea")
        shown = ask("?q=ann&sort=-name&columns=name,epoch")

        answer = ask(link(shown, "Export"))

        assert self.lines(answer) == (
            "\ufeffName,Epoch\r\nAnne,0\r\nAnnabel,0\r\nAnna,0\r\nAnn,0\r\n"
        )
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert 'filename="people-2' in answer["Content-Disposition"]
        assert answer["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_lets_no_sheet_compute_a_text(self, ask, start):
        make_people(f"{start}1+1")

        lines = self.lines(ask("?format=csv&columns=name"))

        assert f"'{start}1+1" in lines

    def test_writes_a_negative_number_as_a_number(self, ask):
        make_people("Bea", access_epoch=-5)

        assert "Bea,-5" in self.lines(ask("?format=csv&columns=name,epoch"))

    def test_needs_its_permission(self, client):
        client.force_login(make_user())

        assert client.get("/people?format=csv").status_code == 403
        assert "Export" not in text_of(client.get("/people"))

    def test_is_there_for_who_has_it(self, client):
        reader = make_user()
        reader.user_permissions.add(Permission.objects.get(codename="view_user"))
        client.force_login(reader)

        assert "Warehouse 1" in self.lines(client.get("/people?format=csv"))

    @pytest.mark.parametrize("asked", ["staff=maybe", "after=edited", "before=edited"])
    def test_exports_nothing_when_what_is_asked_cannot_be_read(self, ask, asked):
        assert ask(f"?format=csv&{asked}").status_code == 400

    def test_takes_three_at_a_time(self, ask):
        running = [ask("?format=csv") for _ in range(3)]

        turned_away = ask("?format=csv")
        self.lines(running.pop())
        running.append(ask("?format=csv"))

        assert turned_away.status_code == 503
        assert "Three exports are running" in text_of(turned_away)
        assert turned_away["Retry-After"] == "2"
        assert ["Admin" in self.lines(answer) for answer in running] == [True] * 3

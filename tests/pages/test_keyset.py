from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import BadRequest
from django.db import connection
from django.db.models import F

from accounts.models import User
from pages.keyset import about, chunks, keyset

pytestmark = pytest.mark.django_db

NEW_YEAR = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


def make_people(names, **fields):
    """People called so, in that order; whoever is called "never" has not signed in yet."""
    return User.objects.bulk_create(
        User(email=f"{name}{number}@backroom.example", name=name, **fields)
        for number, name in enumerate(names)
    )


def make_signed_in(*days):
    """People who signed in that many days after new year; None: never."""
    return User.objects.bulk_create(
        User(
            email=f"day{number}@backroom.example",
            name=str(day),
            last_login=None if day is None else NEW_YEAR + timedelta(days=day),
        )
        for number, day in enumerate(days)
    )


def names(page):
    return [user.name for user in page.rows]


def forth(**how):
    """All pages from the first to the last."""
    pages = [keyset(User.objects.all(), **how)]
    while pages[-1].after:
        pages.append(keyset(User.objects.all(), after=pages[-1].after, **how))
    return pages


def back(page, **how):
    """All pages from `page` to the first."""
    pages = [page]
    while pages[-1].before:
        pages.append(keyset(User.objects.all(), before=pages[-1].before, **how))
    return pages


class TestKeyset:
    def test_walks_forward_to_the_end(self):
        make_people("gfedcba")

        pages = forth(by="name", size=3)

        assert [names(page) for page in pages] == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
        assert [(page.first, page.last) for page in pages] == [(1, 3), (4, 6), (7, 7)]

    def test_walks_back_the_same_way(self):
        make_people("gfedcba")
        pages = forth(by="name", size=3)

        returned = back(pages[-1], by="name", size=3)

        assert [names(page) for page in returned] == [names(page) for page in reversed(pages)]
        assert [page.first for page in returned] == [7, 4, 1]

    def test_walks_downwards(self):
        make_people("abcde")

        pages = forth(by="name", size=2, descending=True)

        assert [names(page) for page in pages] == [["e", "d"], ["c", "b"], ["a"]]
        assert names(back(pages[-1], by="name", size=2, descending=True)[1]) == ["c", "b"]

    def test_tells_equals_apart_by_their_key(self):
        people = make_people("aaaaa")

        up = [user.pk for page in forth(by="name", size=2) for user in page.rows]
        down = [user.pk for page in forth(by="name", size=2, descending=True) for user in page.rows]

        assert up == [user.pk for user in people]
        assert down == list(reversed(up))

    @pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
    @pytest.mark.parametrize("descending", [False, True])
    def test_goes_past_those_without_a_value_both_ways(self, size, descending):
        make_signed_in(3, None, 1, None, 2)
        how = {"by": "last_login", "size": size, "descending": descending}

        pages = forth(**how)
        returned = [user.pk for page in back(pages[-1], **how)[::-1] for user in page.rows]

        seen = [user for page in pages for user in page.rows]
        with_a_value = ["3", "2", "1"] if descending else ["1", "2", "3"]
        assert [user.name for user in seen] == [*with_a_value, "None", "None"]
        assert returned == [user.pk for user in seen]

    def test_keeps_an_instant_to_the_microsecond(self):
        first, second = make_people(["x", "y"])
        User.objects.filter(pk=first.pk).update(last_login=NEW_YEAR)
        User.objects.filter(pk=second.pk).update(last_login=NEW_YEAR + timedelta(microseconds=1))

        pages = forth(by="last_login", size=1)

        assert [names(page) for page in pages] == [["x"], ["y"]]

    def test_sorts_by_an_annotation(self):
        make_people("cab")
        people = User.objects.annotate(called=F("name"))

        first = keyset(people, by="called", size=2)

        assert names(keyset(people, by="called", size=2, after=first.after)) == ["c"]

    def test_shows_a_full_first_page_when_less_lies_before(self):
        make_people("bcdef")
        second = forth(by="name", size=2)[1]
        User.objects.filter(name="b").delete()

        page = keyset(User.objects.all(), by="name", size=2, before=second.before)

        assert names(page) == ["c", "d"]
        assert (page.before, page.first) == (None, 1)

    def test_an_empty_table_is_one_empty_page(self):
        page = keyset(User.objects.all(), by="name")

        assert (page.rows, page.after, page.before, page.about) == ([], None, None, 0)

    @pytest.mark.parametrize("cursor", ["x", "WzEsMl0:abc", "null", "\x00", "é"])
    def test_refuses_a_cursor_that_is_not_ours(self, cursor):
        with pytest.raises(BadRequest, match="Start at the first page"):
            keyset(User.objects.all(), by="name", after=cursor)
        with pytest.raises(BadRequest, match="Start at the first page"):
            keyset(User.objects.all(), by="name", before=cursor)

    def test_refuses_a_cursor_that_was_edited(self):
        make_people("abc")
        cursor = keyset(User.objects.all(), by="name", size=1).after

        with pytest.raises(BadRequest):
            keyset(User.objects.all(), by="name", after="x" + cursor[1:])

    @pytest.mark.parametrize("other", [{"by": "email"}, {"by": "name", "descending": True}])
    def test_refuses_the_cursor_of_another_order(self, other):
        make_people("abc")
        cursor = keyset(User.objects.all(), by="name", size=1).after

        with pytest.raises(BadRequest):
            keyset(User.objects.all(), after=cursor, **other)

    def test_reads_a_page_deep_in_the_list_by_the_index(self):
        people = make_people(["same"] * 5000)
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX people_by_name ON accounts_user (name, id)")
            cursor.execute("ANALYZE accounts_user")
        half = keyset(User.objects.all(), by="name", size=2500)

        with CapturedPlan() as captured:
            page = keyset(User.objects.all(), by="name", size=10, after=half.after)

        assert [user.pk for user in page.rows] == [user.pk for user in people[2500:2510]]
        assert "Index Cond" in captured.plan
        assert "Rows Removed by Filter" not in captured.plan


class CapturedPlan:
    """How PostgreSQL went about the first SELECT of rows within the block."""

    def __enter__(self):
        self._wrapped = connection.execute_wrapper(self._explain)
        self._wrapped.__enter__()
        self.plan = ""
        return self

    def __exit__(self, *failure):
        return self._wrapped.__exit__(*failure)

    def _explain(self, execute, sql, params, many, context):
        if sql.startswith("SELECT") and "ORDER BY" in sql and not self.plan:
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {sql}", params)
                self.plan = "\n".join(line for [line] in cursor.fetchall())
        return execute(sql, params, many, context)


class TestChunks:
    def test_walks_through_all_rows_in_order(self):
        make_signed_in(3, None, 1, None, 2)

        walked = list(chunks(User.objects.all(), by="last_login", descending=True, size=2))

        assert [[user.name for user in chunk] for chunk in walked] == [
            ["3", "2"],
            ["1", "None"],
            ["None"],
        ]


class TestAbout:
    def test_counts_a_few_exactly(self):
        make_people("abc")

        counted = about(User.objects.all())

        assert (counted, counted.exact) == (3, True)

    def test_believes_the_planner_about_many(self):
        make_people(["many"] * 10_500)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE accounts_user")

        counted = about(User.objects.order_by("name"))

        assert not counted.exact
        assert counted == pytest.approx(10_500, rel=0.05)

    def test_never_says_less_than_it_counted(self):
        make_people(["fresh"] * 10_001)  # the planner has not heard of them

        assert about(User.objects.filter(name="fresh")) >= 10_000

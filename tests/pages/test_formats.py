from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from pages import formats

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (7, "7"), (1204, "1,204"), (-5, "−5"), (10**9, "1,000,000,000")],
)
def test_writes_a_quantity_in_thousands(number, words):
    assert formats.quantity(number) == words


@pytest.mark.parametrize(("number", "words"), [(20, "+20"), (-5, "−5"), (0, "0"), (1500, "+1,500")])
def test_writes_a_change_with_its_sign(number, words):
    assert formats.delta(number) == words


@given(st.integers())
def test_a_quantity_can_be_read_back(number):
    written = formats.quantity(number)

    assert int(written.replace(",", "").replace(formats.MINUS, "-")) == number


@pytest.mark.parametrize(
    ("amount", "words"),
    [("1204.5", "£1,204.50"), ("-0.5", "−£0.50"), ("0", "£0.00"), ("2.555", "£2.56")],
)
def test_writes_money_in_hundredths(amount, words):
    assert formats.money(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=12), "12 s ago"),
        (timedelta(minutes=5, seconds=59), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=1, hours=2), "1 day ago"),
        (timedelta(days=30), "30 days ago"),
        (timedelta(days=31), "23 Oct 2026"),
        (timedelta(minutes=-5), "in 5 min"),
    ],
)
def test_says_how_long_ago(passed, words):
    assert formats.ago(NOON - passed, now=NOON) == words


def test_tells_the_exact_instant_on_hover_in_the_time_zone_of_the_business(settings):
    settings.TIME_ZONE = "Asia/Tokyo"

    html = formats.when(NOON - timedelta(seconds=3), now=NOON)

    assert html == (
        '<time datetime="2026-11-23T11:59:57+00:00" title="Mon 23 Nov 2026, 20:59:57 JST">'
        "3 s ago</time>"
    )


def test_a_day_is_one_of_the_business(settings):
    settings.TIME_ZONE = "Asia/Tokyo"

    assert formats.day(NOON.replace(hour=16)) == "24 Nov 2026"
    assert formats.day(date(2026, 11, 3)) == "3 Nov 2026"


def test_templates_write_nothing_for_nothing():
    template = Template("{% load formats %}[{{ a|quantity }}{{ a|when }}{{ a|day }}{{ b|delta }}]")

    assert template.render(Context({"a": None, "b": 5})) == "[+5]"

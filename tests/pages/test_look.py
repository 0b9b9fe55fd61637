"""What the tags of the look draw: geometry in attributes, and words beside every colour."""

import re

import pytest
from django import forms
from django.template import Context, Template

from pages.templatetags import look


def rendered(source, **context):
    return Template("{% load look %}" + source).render(Context(context))


def widths(bar):
    return {
        kind: float(width)
        for kind, width in re.findall(r'class="(\w+)" x="[^"]*" y="0" width="([^"]*)"', bar)
    }


class TestIcon:
    def test_is_silent_and_drawn_from_the_sprite(self):
        drawn = rendered('{% icon "search" %}')

        assert 'aria-hidden="true"' in drawn
        assert re.search(r'icons[^"]*\.svg#search"', drawn)


class TestPlate:
    def test_shows_the_zone_apart_from_the_rest(self):
        assert look.plate("A-04-2") == '<span class="plate"><i>A</i><b>04-2</b></span>'

    def test_shows_a_zone_alone(self):
        assert look.plate("A") == '<span class="plate"><i>A</i><b></b></span>'

    def test_lets_no_markup_in(self):
        assert "<script>" not in look.plate("<script>-1")


class TestState:
    def test_says_the_word_and_the_kind(self):
        assert rendered('{% state "Low" "low" %}') == '<span class="state low">Low</span>'

    def test_is_plain_unless_told(self):
        assert look.state("Enough") == '<span class="state plain">Enough</span>'


class TestStockBar:
    def test_draws_the_shares_of_what_is_there(self):
        assert widths(look.stock_bar(50, 25, 25, 0)) == {"avail": 49, "held": 24, "alloc": 24}

    def test_draws_to_the_width_of_another(self):
        assert widths(look.stock_bar(10, 0, 0, 0, 100)) == {"avail": 9}

    def test_shows_even_the_smallest_share(self):
        assert widths(look.stock_bar(100_000, 1, 0, 0))["held"] > 0

    def test_tells_the_same_in_words(self):
        assert "47 available, 5 held, 12 allocated, 2 unavailable" in look.stock_bar(47, 5, 12, 2)

    def test_hatches_what_is_not_sold(self):
        assert '<path class="off" d="M50.00 4h49.00"/>' in look.stock_bar(5, 0, 0, 5)

    def test_outlines_what_is_out_of_stock(self):
        bar = look.stock_bar(0, 0, 0, 0)

        assert 'aria-label="out of stock"' in bar
        assert 'class="none"' in bar

    def test_needs_no_style_attribute(self):
        assert "style=" not in look.stock_bar(1, 2, 3, 4)


class TestField:
    class Form(forms.Form):
        quantity = forms.IntegerField(help_text="In pieces.")
        sold = forms.BooleanField(required=False, label="Sold")

    def test_puts_label_field_and_hint_together(self):
        shown = rendered("{% field form.quantity %}", form=self.Form())

        assert '<label for="id_quantity">Quantity</label>' in shown
        assert 'aria-describedby="id_quantity-hint"' in shown
        assert 'id="id_quantity-hint">In pieces.' in shown

    def test_ties_what_is_wrong_to_the_field(self):
        shown = rendered("{% field form.quantity %}", form=self.Form({"quantity": "lots"}))

        assert 'aria-invalid="true"' in shown
        assert 'aria-describedby="id_quantity-hint id_quantity-error"' in shown
        assert 'id="id_quantity-error">Enter a whole number.' in shown

    def test_puts_a_tick_before_its_label(self):
        shown = rendered("{% field form.sold %}", form=self.Form())

        assert shown.index("<input") < shown.index("Sold")


@pytest.mark.parametrize(("given", "written"), [({"place": "A-01 1"}, "?place=A-01+1"), ({}, "?")])
def test_query_is_written_safely(given, written):
    assert look.query(**given) == written

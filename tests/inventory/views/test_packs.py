"""Packs on pages: which was scanned, what each code adds to a form, and what an item comes in."""

import json
import re

import pytest

from inventory.models import Barcode, Pack
from tests.factories import make_item, make_stock, make_user
from tests.inventory.views.acts import PART, browser_of, text_of

pytestmark = pytest.mark.django_db

BOX = "5012345000127"


@pytest.fixture
def boxed():
    """A mug that comes in boxes of 12, which have a barcode, and on pallets of 960."""
    item = make_item(sku="MUG", name="MUG", reorder_at=24)
    box = Pack.objects.create(item=item, label="box", factor=12)
    Pack.objects.create(item=item, label="pallet", factor=960)
    Barcode.objects.create(item=item, code="5012345000011")
    Barcode.objects.create(item=item, code=BOX, pack=box)
    return item


def told(answer) -> dict:
    """What the house tells the script of a form."""
    page = answer.content.decode()
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', page)[1])


class TestScan:
    def test_of_a_box_leads_to_its_item_and_says_which(self, support, boxed):
        answer = support.post("/scan", {"code": BOX}, headers=PART)

        assert answer["HX-Redirect"] == f"{boxed.get_absolute_url()}?scanned={BOX}"
        assert "Scanned: a box of 12" in text_of(support.get(answer["HX-Redirect"]))

    def test_of_a_piece_says_nothing_of_packs(self, support, boxed):
        answer = support.post("/scan", {"code": "5012345000011"}, headers=PART)

        assert answer["HX-Redirect"] == boxed.get_absolute_url()

    @pytest.mark.parametrize("code", ["", "nonsense", "5012345000011", "a\x00b"])
    def test_an_address_that_names_no_pack_says_none(self, support, boxed, code):
        said = text_of(support.get(boxed.get_absolute_url(), {"scanned": code}))

        assert "Scanned" not in said

    def test_leads_nobody_who_may_not_see_items(self, client, boxed):
        client.force_login(make_user())

        assert client.post("/scan", {"code": BOX}, headers=PART).status_code == 422


class TestSearch:
    def test_by_the_code_of_a_box_says_which(self, support, boxed):
        typed = support.get("/search", {"q": BOX}, headers=PART)
        entered = support.get("/search", {"q": BOX})

        there = f"{boxed.get_absolute_url()}?scanned={BOX}"
        assert "MUG MUG, box of 12" in text_of(typed)
        assert f'href="{there}"' in typed.content.decode()
        assert entered["Location"] == there

    def test_by_another_code_says_nothing_of_packs(self, support, boxed):
        answer = support.get("/search", {"q": "5012345000011"}, headers=PART)

        assert "MUG MUG" in text_of(answer)
        assert "box of 12" not in text_of(answer)


class TestItemPage:
    def test_says_what_it_comes_in(self, support, boxed):
        said = text_of(support.get(boxed.get_absolute_url()))

        assert f"Packs box of 12 {BOX}, pallet of 960" in said
        assert "Barcode 5012345000011 Packs" in said
        assert "Reorder at 24 (2 × box of 12)" in said

    def test_asks_for_no_more_than_its_ten_queries(
        self, support, boxed, django_assert_max_num_queries
    ):
        make_stock(5, item=boxed)

        with django_assert_max_num_queries(9):  # the tenth is for who holds it
            support.get(boxed.get_absolute_url(), {"scanned": BOX})

    def test_keeps_packs_from_who_may_not_see_them(self, boxed):
        said = text_of(browser_of("Developer").get(boxed.get_absolute_url(), {"scanned": BOX}))

        assert "Reorder at 24 Unit" in said
        assert "box of 12" not in said

    @pytest.mark.parametrize(
        ("reorder_at", "said"),
        [(960, "960 (1 × pallet of 960)"), (25, "25 Unit"), (0, "0 Unit")],
    )
    def test_counts_in_whole_packs_alone(self, support, boxed, reorder_at, said):
        boxed.reorder_at = reorder_at
        boxed.save(update_fields=["reorder_at"])

        assert f"Reorder at {said}" in text_of(support.get(boxed.get_absolute_url()))


ACTS = ["receive", "ship", "return", "move", "set-apart", "restore", "scrap", "hold"]


class TestForms:
    @pytest.mark.parametrize("act", ACTS)
    def test_tell_the_page_what_each_code_stands_for(self, warehouse, boxed, act):
        make_item(sku="OTHER")

        answer = warehouse.get(f"{boxed.get_absolute_url()}/{act}")

        known = told(answer)
        codes = {"MUG": [1, ""], "5012345000011": [1, ""], BOX: [12, "box of 12"]}
        assert (known["item"], known["codes"], known["fresh"]) == ("MUG", codes, True)
        assert "pallet of 960" in text_of(answer)

    def test_so_does_that_which_counts(self, warehouse, boxed):
        place = make_stock(15, item=boxed).location.code

        known = told(warehouse.get(f"{boxed.get_absolute_url()}/count", {"at": place}))

        assert known["codes"][BOX] == [12, "box of 12"]
        assert known["fresh"]

    def test_an_adjustment_goes_up_or_down_which_no_code_says(self, warehouse, boxed):
        assert "codes" not in told(warehouse.get(f"{boxed.get_absolute_url()}/adjust"))

    def test_what_came_back_is_the_persons_own_number(self, warehouse, boxed):
        asked = {"place": "nowhere", "quantity": "24"}

        answer = warehouse.post(f"{boxed.get_absolute_url()}/receive", asked, headers=PART)

        assert answer.status_code == 422
        assert not told(answer)["fresh"]

    def test_the_sku_is_one_piece_whatever_a_barcode_says(self, warehouse, boxed):
        Barcode.objects.create(item=boxed, code="MUG", pack=boxed.packs.get(label="box"))

        assert told(warehouse.get(f"{boxed.get_absolute_url()}/receive"))["codes"]["MUG"] == [1, ""]

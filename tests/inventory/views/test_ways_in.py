"""How people come to a page of the stockroom: scan, search, navigation, Today."""

import pytest
from django.db import connection

from inventory import operations
from inventory.models import Barcode
from tests.factories import make_item, make_place, make_site, make_stock, make_user
from tests.inventory.views.acts import PART, browser_of, text_of

pytestmark = pytest.mark.django_db


def scanned(client, code):
    return client.post("/scan", {"code": code}, headers=PART)


def shipped(shelf, reference):
    operations.ship_stock(
        sku=shelf.item.sku,
        place=shelf.location.code,
        quantity=1,
        reference=reference,
        actor=make_user(),
    )


class TestScan:
    @pytest.mark.parametrize("code", ["85123A", "85123a", " 85123A\n", "5012345224231"])
    def test_of_an_item_leads_to_it(self, support, code):
        item = make_item(sku="85123A")
        Barcode.objects.create(item=item, code="5012345224231")

        assert scanned(support, code)["HX-Redirect"] == item.get_absolute_url()

    def test_of_a_place_leads_to_its_page(self, support):
        shelf = make_stock(5, place=make_place(code="A-01"))
        other = make_stock(5)

        answer = scanned(support, "a-01")

        assert answer["HX-Redirect"] == shelf.location.get_absolute_url()
        listed = text_of(support.get(answer["HX-Redirect"]))
        assert shelf.item.sku in listed
        assert f"{other.item.sku} " not in listed

    def test_of_a_reference_leads_to_its_movements(self, support):
        shipped(make_stock(5), "order:1042")

        assert scanned(support, "order:1042")["HX-Redirect"] == "/movements?reference=order%3A1042"

    @pytest.mark.parametrize("code", ["nonsense", "order:1", "x" * 200, "%", "A\x00B"])
    def test_of_nonsense_says_so_in_the_field(self, support, code):
        answer = scanned(support, code)

        assert answer.status_code == 422
        assert "HX-Redirect" not in answer.headers
        assert 'role="alert"' in answer.content.decode()

    def test_of_a_reference_leads_nowhere_for_who_may_not_see_movements(self):
        shipped(make_stock(5), "order:1042")

        assert scanned(browser_of("Developer"), "order:1042").status_code == 422


class TestSearch:
    def test_the_exact_code_goes_straight_there(self, support):
        item = make_item(sku="85123A")
        make_item(sku="85123AB")

        answer = support.get("/search", {"q": "85123a"})

        assert answer["Location"] == item.get_absolute_url()

    def test_finds_items_places_and_references(self, support):
        site = make_site(code="RED-SITE")
        make_item(sku="22-RED", name="RED BALLOON")

        said = text_of(support.get("/search", {"q": "red"}, headers=PART))

        assert "22-RED RED BALLOON" in said
        assert site.code in said

    def test_a_reference_is_found_as_it_is_written(self, support):
        shipped(make_stock(5), "order:1042")

        answer = support.get("/search", {"q": "order:1042"})

        assert answer["Location"] == "/movements?reference=order%3A1042"

    def test_the_bare_number_of_a_document_will_do(self, support):
        shipped(make_stock(5), "invoice:539991")

        everywhere = support.get("/search", {"q": "539991"})
        listed = text_of(support.get("/movements", {"q": "539991"}))

        assert everywhere["Location"] == "/movements?reference=invoice%3A539991"
        assert "invoice:539991" in listed


class TestNavigation:
    def test_leads_to_items_and_movements(self, support):
        page = support.get("/").content.decode()

        assert 'href="/items"' in page
        assert 'href="/movements"' in page

    def test_leaves_out_what_a_person_may_not_see(self, db):
        assert 'href="/movements"' not in browser_of("Developer").get("/").content.decode()


class TestToday:
    def test_says_that_the_ledger_was_never_checked(self, support):
        assert "The ledger has not been checked yet." in text_of(support.get("/"))

    def test_shows_the_proof_as_an_equation(self, support):
        make_stock(313)
        operations.check_ledger(full=True)

        said = text_of(support.get("/"))

        assert "313 units, by the ledger = 313 units, by the balances" in said
        assert "Differences 0 Levels proved 1 of 1 Movements read 1 Last full pass" in said
        assert "Ledger proved" in said
        assert "How it is proved" in said

    def test_says_by_how_much_it_differs_and_where(self, support):
        shelf = make_stock(313)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE inventory_stocklevel SET on_hand = 310 WHERE id = %s", [shelf.pk]
            )
        operations.check_ledger(full=True)

        said = text_of(support.get("/"))
        levels = text_of(support.get("/ledger"))

        assert "313 units, by the ledger ≠ 310 units, by the balances" in said
        assert "3 units apart" in said
        assert "Ledger differs" in said
        assert "Show levels" in said
        assert shelf.item.sku in levels
        assert "313 310" in levels

    def test_shows_five_that_are_low_and_leads_to_all(self, support):
        for number in range(7):
            make_stock(number + 1, item=make_item(sku=f"LOW-{number}", reorder_at=10))
        make_stock(20, item=make_item(sku="ENOUGH", reorder_at=10))
        operations.refresh_low_stock()

        page = support.get("/").content.decode()

        tile = page[page.index('id="low-tile"') : page.index('id="last-tile"')]
        assert tile.count('class="code"') == 5
        assert "7 items" in tile
        assert "ENOUGH" not in tile
        assert 'href="/items?state=low"' in tile

    def test_shows_what_somebody_watches_before_what_merely_ran_out(self, support):
        for number in range(6):
            make_item(sku=f"UNWATCHED-{number}")
        make_stock(3, item=make_item(sku="WATCHED", reorder_at=10))
        operations.refresh_low_stock()

        page = support.get("/").content.decode()

        assert "WATCHED</" in page[page.index('id="low-tile"') : page.index("UNWATCHED-0")]

    def test_says_that_nothing_is_low(self, support):
        assert "Nothing is low" in text_of(support.get("/"))

    def test_shows_the_last_six_movements_with_links_to_their_lines(self, support):
        shelf = make_stock(20)
        for number in range(7):
            shipped(shelf, f"order:{number}")

        page = support.get("/").content.decode()

        tile = page[page.index('id="last-tile"') :]
        assert tile.count("<li>") == 6
        assert "Shipped at" in tile
        assert "order:6" in tile
        assert "order:0" not in tile
        assert shelf.movements.last().get_absolute_url() in tile

    def test_needs_at_most_ten_queries(self, django_assert_max_num_queries):
        for _ in range(3):
            make_stock(1, item=make_item(reorder_at=10))
        operations.refresh_low_stock()
        operations.check_ledger(full=True)
        client = browser_of("Supervisor")

        with django_assert_max_num_queries(10):
            client.get("/")

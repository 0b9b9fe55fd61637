"""New items and their pictures."""

import io
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from inventory.models import Barcode, Item, Picture, Unit
from tests.factories import make_item
from tests.inventory.test_pictures import drawn, png_that_claims
from tests.inventory.views.acts import text_of

pytestmark = pytest.mark.django_db

NEW = "/items/new"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def upload(content: bytes, name="picture.png", kind="image/png"):
    return SimpleUploadedFile(name, content, content_type=kind)


def make(client, **fields):
    asked = {
        "form_key": uuid4(),
        "sku": "85123A",
        "name": "WHITE HANGING HEART",
        "unit": Unit.objects.get(code="piece").pk,
        "stocked": "on",
    }
    return client.post(NEW, asked | fields)


class TestItemNew:
    def test_takes_it_into_the_catalogue_with_everything(self, purchasing):
        answer = make(
            purchasing,
            price="2.95",
            reorder_at="40",
            barcode_codes="5012345224231 5012345224248",
            picture_file=upload(drawn()),
        )

        item = Item.objects.get()
        assert (answer.status_code, answer["Location"]) == (303, item.get_absolute_url())
        assert (str(item.price), item.reorder_at, item.stocked) == ("2.95", 40, True)
        assert item.barcodes.count() == 2
        assert item.picture is not None
        assert "85123A is in the catalogue." in text_of(purchasing.get(answer["Location"]))

    def test_the_same_form_twice_makes_one(self, purchasing):
        key = uuid4()

        answers = [make(purchasing, form_key=key) for _ in range(2)]

        assert answers[0]["Location"] == answers[1]["Location"]
        assert Item.objects.count() == 1

    @pytest.mark.parametrize(
        "other", [{"price": "99"}, {"reorder_at": "5"}, {"barcode_codes": "5012345224231"}]
    )
    def test_a_key_stands_for_all_that_was_asked(self, purchasing, other):
        key = uuid4()
        make(purchasing, form_key=key)

        answer = make(purchasing, form_key=key, **other)

        assert answer.status_code in (409, 422)
        assert Item.objects.get().price is None

    @pytest.mark.parametrize("sku", ["a\x85b", "a\u200bb", "a\u00adb", "a\u202eb", "a\u00a0b"])
    def test_a_code_can_be_seen_and_typed(self, purchasing, sku):
        answer = make(purchasing, sku=sku)

        assert answer.status_code == 422
        assert "cannot be seen or typed" in text_of(answer)
        assert not Item.objects.exists()

    def test_a_code_means_one_item_whether_it_is_typed_or_scanned(self, purchasing):
        other = make_item(sku="KEY-1")
        Barcode.objects.create(item=other, code="5012345224231")

        scanned = make(purchasing, barcode_codes="key-1")
        typed = make(purchasing, sku="5012345224231")

        assert "key-1 is the SKU of KEY-1" in text_of(scanned)
        assert "5012345224231 is a barcode of KEY-1" in text_of(typed)
        assert Item.objects.count() == 1

    def test_a_code_in_other_letters_is_the_same_code(self, purchasing):
        known = make_item(sku="85123A")

        answer = make(purchasing, sku="85123a")

        assert answer.status_code == 422
        assert "There is an item with this SKU already" in text_of(answer)
        assert f'href="{known.get_absolute_url()}"' in answer.content.decode()
        assert Item.objects.count() == 1

    def test_a_barcode_stands_for_one_item(self, purchasing):
        other = make_item(name="POPCORN HOLDER")
        Barcode.objects.create(item=other, code="5012345224231")

        answer = make(purchasing, barcode_codes="5012345224231")

        assert answer.status_code == 422
        assert f"5012345224231 is the barcode of {other.sku} POPCORN HOLDER." in text_of(answer)
        assert Item.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"sku": ""}, "This field is required."),
            ({"sku": "x" * 65}, "at most 64 characters"),
            ({"sku": "A\tB"}, "cannot be seen or typed"),
            ({"name": "x" * 1024 * 1024}, "at most 200 characters"),
            ({"name": "A\x00B"}, "Null characters are not allowed."),
            ({"price": "-1"}, "A price is zero or more."),
            ({"price": "cheap"}, "Enter a number."),
            ({"price": "1e99"}, "digits"),
            ({"reorder_at": "-1"}, "Reorder at zero or more."),
            ({"reorder_at": str(10**30)}, "less than or equal to"),
            ({"barcode_codes": "x" * 65}, "is too long: at most 64 characters."),
            ({"unit": ""}, "This field is required."),
        ],
    )
    def test_refuses_what_cannot_be(self, purchasing, fields, said):
        answer = make(purchasing, **fields)

        assert answer.status_code == 422
        assert said in text_of(answer)
        assert not Item.objects.exists()

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (SVG, "Only PNG, JPEG and WebP pictures are taken."),
            (b"%PDF-1.7", "Only PNG, JPEG and WebP pictures are taken."),
            (png_that_claims(30_000, 30_000), "It has too many pixels"),
            (drawn()[:60], "The picture is broken."),
            (b"\x89PNG" + bytes(11 * 1024 * 1024), "It has 11.0 MB: at most 10 MB are taken."),
            (b"", "The file is empty."),
        ],
        ids=["svg", "pdf", "bomb", "torn", "11 MB", "empty"],
    )
    def test_a_file_that_is_no_picture_leaves_no_item_behind(self, purchasing, content, said):
        answer = make(purchasing, picture_file=upload(content))

        assert answer.status_code == 422
        assert said in text_of(answer)
        assert not Item.objects.exists()
        assert not Picture.objects.exists()

    def test_only_who_keeps_the_catalogue_may(self, warehouse, support):
        answers = [make(warehouse), make(support), warehouse.get(NEW)]

        assert [answer.status_code for answer in answers] == [403, 403, 403]
        assert not Item.objects.exists()


class TestChangePicture:
    def url(self, item):
        return reverse("inventory:change-picture", args=[item.pk])

    def test_gives_an_item_another_picture(self, purchasing):
        item = make_item()

        answer = purchasing.post(self.url(item), {"picture_file": upload(drawn())})

        item.refresh_from_db()
        assert answer["Location"] == item.get_absolute_url()
        assert item.thumbnail_url in purchasing.get(answer["Location"]).content.decode()

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            (
                {"picture_file": upload(SVG, "heart.svg", "image/svg+xml")},
                "Only PNG, JPEG and WebP",
            ),
            ({}, "Which file?"),
        ],
    )
    def test_refuses_what_is_none_and_keeps_the_old_one(self, purchasing, fields, said):
        item = make_item()
        purchasing.post(self.url(item), {"picture_file": upload(drawn())})
        item.refresh_from_db()
        before = item.picture_id

        answer = purchasing.post(self.url(item), fields)

        item.refresh_from_db()
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert item.picture_id == before

    def test_warehouse_may_not(self, warehouse):
        item = make_item()

        answer = warehouse.post(self.url(item), {"picture_file": upload(drawn())})

        item.refresh_from_db()
        assert answer.status_code == 403
        assert item.picture_id is None
        assert self.url(item) not in warehouse.get(item.get_absolute_url()).content.decode()


class TestPicture:
    @pytest.fixture
    def item(self, purchasing):
        item = make_item()
        url = reverse("inventory:change-picture", args=[item.pk])
        purchasing.post(url, {"picture_file": upload(drawn(size=(400, 400)))})
        item.refresh_from_db()
        return item

    def test_is_served_for_good(self, warehouse, item):
        answer = warehouse.get(item.thumbnail_url)

        assert Image.open(io.BytesIO(answer.content)).size == (96, 96)
        assert answer["Content-Type"] == "image/webp"
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_is_not_sent_to_who_has_it(self, warehouse, item):
        named = warehouse.get(item.picture_url)["ETag"]

        answer = warehouse.get(item.picture_url, headers={"If-None-Match": named})

        assert (answer.status_code, answer.content) == (304, b"")

    def test_has_two_sizes_with_names_of_their_own(self, warehouse, item):
        names = {warehouse.get(url)["ETag"] for url in (item.picture_url, item.thumbnail_url)}

        assert len(names) == 2

    @pytest.mark.parametrize("address", ["0" * 64 + "/full", "0" * 64 + "/huge", "x/full"])
    def test_one_that_is_none_is_not_found(self, warehouse, address):
        assert warehouse.get(f"/pictures/{address}").status_code == 404

    def test_a_stranger_does_not_see_it(self, client, item):
        assert client.get(item.picture_url).status_code == 302

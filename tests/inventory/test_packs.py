"""A box of twelve: twelve of its item, whoever says it, and never another number."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import RestrictedError
from django.urls import reverse

from inventory.models import Barcode, Item, Pack
from inventory.models.constraint import constraint_of
from tests.factories import make_item, make_user

pytestmark = pytest.mark.django_db


def make_box(item=None, *, factor=12, label="box", code="") -> Pack:
    box = Pack.objects.create(item=item or make_item(), label=label, factor=factor)
    if code:
        Barcode.objects.create(item=box.item, pack=box, code=code)
    return box


class TestPack:
    @pytest.mark.parametrize(
        ("label", "factor", "broken"),
        [
            ("BOX", 24, "pack_label_unique"),
            ("carton", 12, "pack_factor_unique"),
            ("carton", 1, "pack_factor_valid"),
            ("carton", -12, "pack_factor_valid"),
            ("carton", 1_000_000_001, "pack_factor_valid"),
            (" carton", 24, "pack_label_printable"),
            ("car\nton", 24, "pack_label_printable"),
            ("", 24, "pack_label_printable"),
        ],
    )
    def test_refuses(self, label, factor, broken):
        box = make_box()

        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            make_box(box.item, label=label, factor=factor)

        assert constraint_of(refused.value) == broken
        assert [str(pack) for pack in box.item.packs.all()] == ["box of 12"]

    def test_of_another_item_may_be_the_same(self):
        make_box()

        assert str(make_box()) == "box of 12"

    def test_keeps_how_many_it_holds_and_its_item(self):
        box = make_box()
        changes = [{"factor": 10}, {"item": make_item()}]

        refused = []
        for change in changes:
            with pytest.raises(IntegrityError) as each, transaction.atomic():
                Pack.objects.filter(pk=box.pk).update(**change)
            refused.append(constraint_of(each.value))

        assert refused == ["pack_stays_as_it_is", "pack_stays_as_it_is"]
        Pack.objects.filter(pk=box.pk).update(label="tray", factor=12)
        box.refresh_from_db()
        assert str(box) == "tray of 12"

    def test_is_not_deleted_while_a_barcode_stands_for_it(self):
        box = make_box(code="5012345000127")

        with pytest.raises(RestrictedError):
            box.delete()

        assert Pack.objects.filter(pk=box.pk).exists()
        Barcode.objects.all().delete()
        box.delete()
        assert not Pack.objects.exists()

    def test_goes_with_its_item(self):
        box = make_box(code="5012345000127")

        box.item.delete()

        assert not Pack.objects.exists()
        assert not Barcode.objects.exists()


class TestBarcode:
    def test_stands_for_no_pack_of_another_item(self):
        box, other = make_box(), make_item()

        with pytest.raises(IntegrityError) as made, transaction.atomic():
            Barcode.objects.create(item=other, pack=box, code="5012345000127")
        code = Barcode.objects.create(item=box.item, pack=box, code="5012345000127")
        with pytest.raises(IntegrityError) as moved, transaction.atomic():
            Barcode.objects.filter(pk=code.pk).update(item=other)

        broken = [constraint_of(each.value) for each in (made, moved)]
        assert broken == ["barcode_pack_fits", "barcode_pack_fits"]

    def test_finds_the_item_of_its_pack(self):
        box = make_box(code="5012345000127")

        assert Item.objects.by_code("5012345000127").get() == box.item


@pytest.fixture
def admin(client):
    client.force_login(make_user(name="Admin", superuser=True))
    return client


def edit(client, item, *, packs=(), barcodes=()):
    """Send the form of an item with these rows below it, as far as they say something."""
    typed = {
        "sku": item.sku,
        "name": item.name,
        "unit": item.unit_id,
        "status": item.status,
        "stocked": "on",
        "tracking": item.tracking,
    }
    for prefix, rows in (("packs", packs), ("barcodes", barcodes)):
        kept = sum("id" in row for row in rows)
        typed |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": kept}
        for number, row in enumerate(rows):
            typed |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
            typed[f"{prefix}-{number}-item"] = item.pk
    return client.post(reverse("admin:inventory_item_change", args=[item.pk]), typed)


class TestEditing:
    def test_a_pack_is_made_and_given_its_barcode_on_the_items_page(self, admin):
        item = make_item()

        made = edit(admin, item, packs=[{"label": "box", "factor": 12}])
        box = item.packs.get()
        coded = edit(
            admin,
            item,
            packs=[{"id": box.pk, "label": "box", "factor": 12}],
            barcodes=[{"code": "5012345000127", "pack": box.pk}],
        )

        assert (made.status_code, coded.status_code) == (302, 302)
        assert box.barcodes.get().code == "5012345000127"

    def test_another_number_is_refused_with_what_to_do(self, admin):
        box = make_box(code="5012345000127")

        answer = edit(admin, box.item, packs=[{"id": box.pk, "label": "box", "factor": 10}])

        assert "A box of 12 stays one" in answer.text
        assert "Make a new pack of 10" in answer.text
        box.refresh_from_db()
        assert box.factor == 12

    def test_offers_the_packs_of_this_item_alone(self, admin):
        ours, theirs = make_box(), make_box(label="pallet", factor=960)

        shown = admin.get(reverse("admin:inventory_item_change", args=[ours.item_id])).text
        answer = edit(
            admin,
            ours.item,
            packs=[{"id": ours.pk, "label": "box", "factor": 12}],
            barcodes=[{"code": "5012345000127", "pack": theirs.pk}],
        )

        assert "A single one" in shown
        assert "pallet of 960" not in shown
        assert "Select a valid choice" in answer.text
        assert not Barcode.objects.exists()

    def test_a_pack_with_a_barcode_is_not_deleted(self, admin):
        box = make_box(code="5012345000127")
        row = {"id": box.pk, "label": "box", "factor": 12, "DELETE": "on"}

        answer = edit(admin, box.item, packs=[row])

        assert answer.status_code == 200
        assert "5012345000127" in answer.text
        assert Pack.objects.filter(pk=box.pk).exists()

    def test_the_barcode_of_a_pack_goes_to_no_other_item(self, admin):
        box, other = make_box(code="5012345000127"), make_item()
        code = box.barcodes.get()

        answer = admin.post(
            reverse("admin:inventory_barcode_change", args=[code.pk]),
            {"code": code.code, "item": other.pk},
        )

        assert f"stands for a box of 12 of {box.item}" in str(answer.context["errors"])
        code.refresh_from_db()
        assert code.item == box.item

    def test_the_sku_of_its_item_is_one_piece(self, admin):
        box = make_box()

        answer = edit(
            admin,
            box.item,
            packs=[{"id": box.pk, "label": "box", "factor": 12}],
            barcodes=[{"code": box.item.sku, "pack": box.pk}],
        )

        assert f"{box.item.sku} is the SKU of" in answer.text
        assert not Barcode.objects.exists()

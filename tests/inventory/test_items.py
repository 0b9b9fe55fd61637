"""Items keep to what stands of them."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from inventory.models import Category
from tests.factories import make_item, make_stock

pytestmark = pytest.mark.django_db


class TestAnItemOfWhichSomethingStands:
    def test_stays_one_that_is_kept_in_stock(self):
        item = make_stock(13).item
        item.stocked = False

        with pytest.raises(ValidationError, match="13 stand in the house"):
            item.full_clean()
        with pytest.raises(IntegrityError, match="stock stands"), transaction.atomic():
            item.save()

    def test_may_be_only_sold_when_nothing_stands(self):
        item = make_item()
        item.stocked = False

        item.full_clean()
        item.save()

        item.refresh_from_db()
        assert not item.stocked


def test_a_category_does_not_stand_inside_itself():
    above = Category.objects.create(name="Kitchen")
    below = Category.objects.create(name="Mugs", parent=above)
    above.parent = below

    with pytest.raises(ValidationError, match="inside itself"):
        above.full_clean()

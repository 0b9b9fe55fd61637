"""The forms of the admin, in a browser."""

import pytest
from playwright.sync_api import expect

from tests.e2e.acts import make_person, sign_in
from tests.factories import make_place, make_site


@pytest.mark.parametrize("way", ["new", "known"])
def test_the_focus_goes_to_the_first_wrong_field(page, way):
    place = make_place(parent=make_site())
    at = "add" if way == "new" else f"{place.pk}/change"
    sign_in(page, make_person(superuser=True), at=f"/admin/inventory/location/{at}/")
    page.get_by_role("textbox", name="Code:").fill("A-99")
    priority = page.get_by_role("spinbutton", name="Priority:")
    priority.fill("")

    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("This field is required")).to_be_visible()
    expect(priority).to_be_focused()

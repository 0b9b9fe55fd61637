"""Coming in: by invitation, by password, and not at all."""

import re
from uuid import uuid4

from playwright.sync_api import expect

from accounts import operations
from accounts.invitations import token_of
from tests.e2e.acts import make_person, sign_in
from tests.e2e.conftest import PASSWORD, PHONE
from tests.factories import make_user


def test_a_stranger_is_led_to_the_door_and_back_to_where_they_wanted(page):
    person = make_person(role="Warehouse")

    page.goto("/items?q=mug")
    expect(page).to_have_url(re.compile(r"/account/login/\?next="))
    page.get_by_label("Work e-mail").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(re.compile(r"/items\?q=mug"))


def test_a_wrong_password_says_what_is_left_by_keyboard_alone(page):
    person = make_person(role="Warehouse")
    page.goto("/")

    page.get_by_label("Work e-mail").focus()
    page.keyboard.type(person.email)
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")

    said = page.get_by_role("alert")
    expect(said).to_contain_text("4 tries left before a pause of 5 minutes")
    expect(page.get_by_label("Work e-mail")).to_have_value(person.email)
    expect(page.get_by_label("Password")).to_have_value("")


def test_a_pause_is_said_on_a_phone(window):
    page = window(viewport=PHONE)
    somebody = f"{uuid4()}@backroom.example"  # nobody's tries of an earlier run count
    page.goto("/account/login/")

    for _ in range(6):
        page.get_by_label("Work e-mail").fill(somebody)
        page.get_by_label("Password").fill("guess guess")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()

    expect(page.get_by_role("alert")).to_contain_text(
        re.compile(r"Wait [1-5] minutes, then try again")
    )


def test_an_invitation_leads_in_and_out_and_is_used_up(page):
    person = make_user(name="Maya Okafor")
    link = f"/account/invitation/{token_of(person)}/"

    page.goto(link)
    expect(page.get_by_role("heading", name="Welcome, Maya Okafor")).to_be_visible()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Come in").click()

    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.goto(link)
    expect(page.get_by_text("This invitation was used")).to_be_visible()


def test_whoever_is_let_go_is_out_with_the_next_click(page):
    person = make_person(role="Warehouse")
    sign_in(page, person)

    operations.deactivate(person=person.pk, actor=make_user(superuser=True))
    page.get_by_role("link", name="Items").first.click()

    expect(page.get_by_label("Work e-mail")).to_be_visible()

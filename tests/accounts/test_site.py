import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from accounts.site import site_of
from config.settings import _site
from tests.accounts.acts import PASSWORD
from tests.factories import make_user


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("localhost", "http://localhost"),
        ("localhost:8000", "http://localhost:8000"),
        ("localhost:6666", "http://localhost"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("[::1]:6666", "http://[::1]"),
    ],
)
def test_a_host_is_believed_at_our_port_alone(rf, settings, asked, told):
    settings.ALLOWED_HOSTS = ["localhost", "[::1]"]
    settings.PORT = 8000

    assert site_of(rf.get("/", headers={"host": asked})) == told


def test_whoever_runs_it_says_where_it_is(rf, settings):
    settings.SITE_URL = "https://backroom.example:8443"

    assert site_of(rf.get("/")) == "https://backroom.example:8443"


@pytest.mark.parametrize("given", ["backroom.example", "ftp://a.example", "https://a.example/x?y"])
def test_it_is_said_in_full(given):
    with pytest.raises(ImproperlyConfigured, match="BACKROOM_URL is not"):
        _site(given)


def test_a_slash_at_its_end_is_no_part_of_it():
    assert _site("https://backroom.example/") == "https://backroom.example"


@pytest.mark.django_db
def test_no_mail_leads_to_a_port_that_a_stranger_named(stranger, letters):
    person = make_user(password=PASSWORD)

    asked = {"email": person.email}
    stranger.post(reverse("account_reset_password"), asked, headers={"host": "testserver:6666"})

    [letter] = letters()
    assert "http://testserver/account/" in letter.get_content()


@pytest.mark.django_db
def test_no_invitation_leads_to_another_port(client, letters):
    client.force_login(make_user(superuser=True))

    asked = {"email": "new@backroom.example", "name": "New"}
    headers = {"host": "testserver:6666"}
    client.post(reverse("admin:accounts_user_add"), asked, headers=headers)

    [letter] = letters()
    assert "http://testserver/account/" in letter.get_content()

import email
import email.policy
import socket

import pytest
from aiosmtpd.controller import Controller
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, send_mail
from django.db import transaction
from django.urls import reverse

from config import settings as configured
from jobs import operations, relay
from jobs.models import Effect, OutboxEvent
from tests.factories import make_user
from tests.jobs.test_outbox import make_due, run_relay, try_to_the_end

FROM = "Backroom <backroom@shop.example>"


class Server:
    """A mail server that keeps what it gets; `refusing` answers as one that is in trouble does."""

    def __init__(self):
        self.got = []
        self.refusing = False

    async def handle_DATA(self, server, session, envelope):
        if self.refusing:
            return "451 Come back later"
        self.got.append(envelope)
        return "250 OK"


@pytest.fixture
def server(settings):
    """A real mail server, and mail that goes to it through the outbox."""
    handler = Server()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.MAILERS = {
        "default": configured.MAILERS["default"],
        "out": configured._out(f"smtp://127.0.0.1:{port}"),
    }
    yield handler
    controller.stop()


def parsed(envelope):
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


def lines(mail):
    """Its text; on the way every line ends with CR LF."""
    return mail.get_content().splitlines()


@pytest.mark.django_db
class TestOutboxBackend:
    def test_writes_a_row_and_sends_nothing(self, server):
        send_mail("Subject", "Text", FROM, ["one@shop.example"])

        assert OutboxEvent.objects.get().topic == "mail.written"
        assert server.got == []

    def test_a_long_link_stands_in_one_line(self, server):
        link = "https://backroom.example/account/invitation/" + "a1b2" * 30
        send_mail("Hello", f"Come in: {link}\n", "a@example.com", ["b@example.com"])

        [event] = OutboxEvent.objects.filter(topic="mail.written")
        assert link in event.payload["message"]

    def test_leaves_no_mail_of_a_transaction_that_rolled_back(self, server):
        with transaction.atomic():
            send_mail("Subject", "Text", FROM, ["one@shop.example"])
            transaction.set_rollback(True)

        assert not OutboxEvent.objects.exists()

    def test_drops_a_mail_to_nobody(self, server):
        assert EmailMessage("Subject", "Text", FROM, []).send() == 0
        assert not OutboxEvent.objects.exists()

    def test_refuses_a_header_of_two_lines(self, server):
        with pytest.raises(ValueError, match="Header values"):
            send_mail("Subject\nBcc: all@shop.example", "Text", FROM, ["one@shop.example"])

        assert not OutboxEvent.objects.exists()


def test_a_mail_outside_a_transaction_is_a_row_too(committed, server):
    send_mail("Subject", "Text", FROM, ["one@shop.example"])

    assert OutboxEvent.objects.filter(topic="mail.written").exists()


@pytest.mark.django_db
class TestSendMail:
    def test_sends_once(self, server):
        send_mail("Grüße", "Hällo\nWörld", FROM, ["one@shop.example"])

        run_relay()
        make_due()
        run_relay()

        [envelope] = server.got
        mail = parsed(envelope)
        assert (mail["Subject"], lines(mail)) == ("Grüße", ["Hällo", "Wörld"])
        assert (mail["From"], mail["To"]) == (FROM, "one@shop.example")

    def test_keeps_blind_copies_blind(self, server):
        EmailMessage("S", "T", FROM, ["one@shop.example"], bcc=["two@shop.example"]).send()

        run_relay()

        [envelope] = server.got
        assert envelope.rcpt_tos == ["one@shop.example", "two@shop.example"]
        assert b"two@" not in envelope.content

    @pytest.mark.parametrize("text", ["x" * 5000, "\N{GRINNING FACE}", ".\n..\n"])
    def test_carries_any_text(self, server, text):
        send_mail("S", text, FROM, ["one@shop.example"])

        run_relay()

        assert lines(parsed(server.got[0])) == text.splitlines()

    def test_drops_what_no_mail_may_hold(self, server):
        send_mail("S", "a\0b", FROM, ["one@shop.example"])

        run_relay()

        assert lines(parsed(server.got[0])) == ["ab"]

    def test_carries_attachments(self, server):
        content = bytes(range(256)) * 10
        mail = EmailMessage("S", "T", FROM, ["one@shop.example"])
        mail.attach("picture.png", content, "image/png")
        mail.send()

        run_relay()

        [attachment] = parsed(server.got[0]).iter_attachments()
        assert attachment.get_content() == content

    def test_tries_again_with_the_same_message_id(self, server):
        send_mail("S", "T", FROM, ["one@shop.example"])
        written = OutboxEvent.objects.get().payload["message"]
        server.refusing = True
        run_relay()

        server.refusing = False
        make_due()
        run_relay()

        message_id = email.message_from_string(written)["Message-ID"]
        assert parsed(server.got[0])["Message-ID"] == message_id
        assert Effect.objects.get().attempts == 2

    def test_parks_what_cannot_be_sent_until_somebody_tries_again(self, server):
        send_mail("S", "T", FROM, ["one@shop.example"])
        server.refusing = True
        try_to_the_end()
        parked = Effect.objects.parked().get()

        server.refusing = False
        operations.try_again(effect=parked.pk, actor=make_user())
        run_relay()

        assert "Come back later" in parked.last_error
        assert len(server.got) == 1

    def test_keeps_no_text_of_a_mail_that_was_sent(self, server):
        send_mail("S", "a link that signs you in", FROM, ["one@shop.example"])

        run_relay()

        assert OutboxEvent.objects.get().payload == {}


@pytest.mark.django_db
def test_without_a_server_a_mail_is_a_file(settings, tmp_path):
    out = configured._out("")
    settings.MAILERS = {
        "default": configured.MAILERS["default"],
        "out": {**out, "OPTIONS": {"file_path": str(tmp_path)}},
    }
    send_mail("Subject", "Text", FROM, ["one@shop.example"])

    assert relay.run(budget=10) == 1

    [file] = tmp_path.iterdir()
    assert "Subject: Subject" in file.read_text()


@pytest.mark.django_db
def test_a_mail_of_allauth_goes_that_way(server, client):
    user = make_user(email="reader@shop.example", password="a very long password 17")

    client.post(reverse("account_reset_password"), {"email": user.email})
    run_relay()

    [envelope] = server.got
    assert envelope.rcpt_tos == ["reader@shop.example"]


class TestMailUrl:
    def test_names_a_server_with_starttls(self):
        options = configured._out("smtp://user:p%40ss@mail.example:587/?tls=1")["OPTIONS"]

        assert options == {
            "host": "mail.example",
            "port": 587,
            "username": "user",
            "password": "p@ss",
            "use_tls": True,
            "use_ssl": False,
            "timeout": 15,
        }

    def test_names_a_server_with_tls_from_the_start(self):
        options = configured._out("smtps://mail.example")["OPTIONS"]

        assert (options["use_ssl"], options["use_tls"], options["port"]) == (True, False, None)

    @pytest.mark.parametrize(
        "url",
        [
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp://mail.example:mail",
            "smtp://mail.example/?tls=maybe",
            "smtp://mail.example/?ssl=1",
            "smtps://mail.example/?tls=1",
            "smtp://mail.example/?tls",
            "smtp://[::1",
        ],
    )
    def test_refuses_what_is_none_with_a_sentence(self, url):
        with pytest.raises(ImproperlyConfigured, match="MAIL_URL is not the address"):
            configured._out(url)

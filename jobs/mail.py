"""Mail leaves by the outbox: written in the transaction, sent by the relay, never in a request."""

from collections.abc import Sequence
from email import message_from_bytes
from email.message import EmailMessage as Rendered
from email.policy import SMTP, default
from typing import Any

from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from jobs import outbox

TOPIC = "mail.written"
# The mailer of settings.MAILERS that really sends.
OUT = "out"
# In the payload a mail is ASCII, whatever is in it: jsonb knows no bytes. Lines as long as a server
# must take, so that a link stands whole where somebody reads the file.
_ASCII = SMTP.clone(cte_type="7bit", max_line_length=998)


class OutboxBackend(BaseEmailBackend):
    """The default mailer: each message becomes an outbox row of the open transaction.

    Without an open transaction it opens one, for all messages together.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        addressed = [message for message in email_messages if message.recipients()]
        with transaction.atomic():
            for message in addressed:
                outbox.add(TOPIC, _written(message))
        return len(addressed)


def _written(message: EmailMessage) -> dict[str, Any]:
    # Rendered once, so its Message-ID and date are the same however often it is tried. A NUL is
    # allowed neither in a mail nor in jsonb.
    text = message.message(policy=_ASCII).as_bytes().decode("ascii").replace("\0", "")
    return {
        "sender": message.from_email,
        "recipients": message.recipients(),
        "message": text,
    }


def send(written: dict[str, Any]) -> None:
    """Send a mail as it was written, by the mailer `out`.

    :raises OSError: if the mail server is away or refuses it (smtplib's errors are OSErrors)
    """
    mailers[OUT].send_messages([_AsWritten(written)])


class _AsWritten(EmailMessage):
    """A message that was rendered before: mailers ask for its parts, and get these."""

    def __init__(self, written: dict[str, Any]) -> None:
        super().__init__(from_email=written["sender"])
        self._recipients: list[str] = written["recipients"]
        self._message: str = written["message"]

    def recipients(self) -> list[str]:
        return self._recipients

    def message(self, *, policy: Any = None) -> Rendered:
        raw = self._message.encode("ascii")
        return message_from_bytes(raw, Rendered, policy=policy or default)

"""What jobs itself does after an event."""

from typing import Any

from jobs import mail, outbox


# A mail may hold a link that signs people in: nobody shall find it here once it is sent.
@outbox.subscriber(mail.TOPIC, secret=True)
def send_mail(payload: dict[str, Any]) -> None:
    """Send a mail."""
    mail.send(payload)

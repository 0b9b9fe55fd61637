"""What may stand on one line: characters that can be seen and typed again."""

from django.core.exceptions import ValidationError

_UNSEEN = "It holds a character that cannot be seen or typed. Type it again by hand."


def validate_line(text: str) -> None:
    """Refuse what nobody could find again: control, invisible and direction characters, and
    every blank but the plain one.
    """
    if not text.isprintable():
        raise ValidationError(_UNSEEN, code="unseen")


def validate_sku(text: str) -> None:
    validate_line(text)
    if text != text.strip():
        raise ValidationError("No blank at either end.", code="blank")


def validate_code(text: str) -> None:
    validate_line(text)
    if " " in text:
        raise ValidationError("No blank in it.", code="blank")

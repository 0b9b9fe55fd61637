"""What a person typed or scanned into a field of one line."""

LONGEST = 200  # characters

UNREADABLE = "There is a character in it that no keyboard has. Type it again by hand."
TOO_LONG = f"That is longer than {LONGEST} characters. Use a part of it."


class Unreadable(ValueError):
    """It cannot be looked for. The text is fit to show."""


def one_line(text: str) -> str:
    """Give `text` without the space around it.

    :raises Unreadable: if it holds a control character, as NUL is, or is longer than 200 characters
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise Unreadable(TOO_LONG)
    if not text.isprintable():
        raise Unreadable(UNREADABLE)
    return text

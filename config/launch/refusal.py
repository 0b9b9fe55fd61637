"""How the launcher says no."""


class Refusal(Exception):
    """Something stands in the way; the text says what, and what the person can do."""

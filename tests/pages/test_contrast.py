"""Text can be read on what it stands on, in light and dark: WCAG 2.2 AA, by the tokens."""

import re

import pytest
from django.conf import settings

TOKENS = (settings.BASE_DIR / "static/pages/tokens.css").read_text()
TEXT, EDGE = 4.5, 3.0  # what AA asks of text, and of the edge of a control or a part of a chart

PANELS = ["surface", "canvas", "sunken"]
READ = [
    *[(ink, on, TEXT) for ink in ("ink", "ink2", "ink3", "link", "zero") for on in PANELS],
    *[(word, f"{word}-tint", TEXT) for word in ("ok", "held", "alloc", "off", "bad")],
    *[(word, "surface", TEXT) for word in ("ok", "held", "alloc", "off", "bad")],
    *[("ink", on, TEXT) for on in ("sel", "flash", "note")],
    ("on-brand", "brand", TEXT),
    ("on-mark", "mark", TEXT),
    ("rail-text", "rail", TEXT),
    ("rail-muted", "rail", TEXT),
    ("field", "surface", EDGE),
    *[(f"fill-{part}", "surface", EDGE) for part in ("avail", "held", "alloc", "off", "bad")],
]


def colour(name: str, scheme: str) -> str:
    [value] = re.findall(rf"--{name}: ([^;]+);", TOKENS)
    both = re.fullmatch(r"light-dark\((#\w+), (#\w+)\)", value)
    return both.group(1 if scheme == "light" else 2) if both else value


def luminance(hexadecimal: str) -> float:
    channels = [int(hexadecimal[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("upper", "lower", "least"), READ)
def test_can_be_read(upper, lower, least, scheme):
    found = contrast(colour(upper, scheme), colour(lower, scheme))

    assert round(found, 2) >= least

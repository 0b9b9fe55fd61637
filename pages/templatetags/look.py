"""The parts of the look that are made of figures: icons, plates, states, bars."""

from urllib.parse import urlencode

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a symbol of the sprite; the words beside it say what it means."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("pages/icons.svg"),
        name,
    )


@register.simple_tag
def plate(code: str) -> SafeString:
    """Write a place as its label has it: `A-04-2` with the zone inverse."""
    zone, _, rest = code.partition("-")
    return format_html('<span class="plate"><i>{}</i><b>{}</b></span>', zone, rest)


@register.simple_tag
def state(word: str, kind: str = "plain") -> SafeString:
    """Write a state: a word with a shape and a tint.

    `kind` is ok, held, alloc, off, low, out, bad or plain.
    """
    return format_html('<span class="state {}">{}</span>', kind, word)


# Always in this order: orange between the blues, which are close for some eyes.
_SHARES = ("avail", "held", "alloc", "off")
_NOTHING = SafeString(
    '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" '
    'aria-label="out of stock">'
    '<rect class="none" x=".5" y="1" width="99" height="6"/></svg>'
)


@register.simple_tag
def stock_bar(
    available: int, held: int, allocated: int, unavailable: int, of: int | None = None
) -> SafeString:
    """Draw what stock is made of, in base units; `of` is the whole width, by default their sum."""
    shares = (available, held, allocated, unavailable)
    whole = max(of or sum(shares), 1)
    if not any(shares):
        return _NOTHING
    drawn: list[SafeString] = []
    left = 0.0
    for kind, share in zip(_SHARES, shares, strict=True):
        width = 100 * share / whole
        if width:
            shown = max(width - 1, 0.8)
            drawn.append(_hatch(left, shown) if kind == "off" else _block(kind, left, shown))
        left += width
    return format_html(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" '
        'aria-label="{} available, {} held, {} allocated, {} unavailable">{}</svg>',
        available,
        held,
        allocated,
        unavailable,
        SafeString("".join(drawn)),
    )


def _block(kind: str, left: float, width: float) -> SafeString:
    return format_html(
        '<rect class="{}" x="{}" y="0" width="{}" height="8"/>', kind, f"{left:.2f}", f"{width:.2f}"
    )


def _hatch(left: float, width: float) -> SafeString:
    # A dashed line as thick as the bar: what is not sold differs in more than its colour.
    return format_html('<path class="off" d="M{} 4h{}"/>', f"{left:.2f}", f"{width:.2f}")


@register.inclusion_tag("pages/parts/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, object]:
    """Show a form's field: label above, hint below, what is wrong and how it should be."""
    described = []
    if hint or bound.help_text:
        described.append(f"{bound.id_for_label}-hint")
    if bound.errors:
        described.append(f"{bound.id_for_label}-error")
        bound.field.widget.attrs["aria-invalid"] = "true"
    if described:
        bound.field.widget.attrs["aria-describedby"] = " ".join(described)
    return {"field": bound, "hint": hint or bound.help_text, "tick": _is_tick(bound)}


def _is_tick(bound: BoundField) -> bool:
    return getattr(bound.field.widget, "input_type", "") == "checkbox"


@register.simple_tag
def query(**parameters: object) -> str:
    """Write a query string of these alone, without those that are empty: `?item=85%2F123+A`."""
    return f"?{urlencode({name: value for name, value in parameters.items() if value != ''})}"

"""The cells of lists: functions, for fifty rows of templates would cost more than their queries."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from inventory import availability
from inventory.models import Hold, HoldStatus, Location, Lot, StockLevel, StockMovement
from inventory.models.movement import belongs_to
from pages import formats
from pages.templatetags import look


def sku(item: Any) -> SafeString:
    """The small picture, and the SKU as a link."""
    if item.picture_id:
        picture = format_html(
            '<img class="thumb" src="{}" alt="" loading="lazy" width="28" height="28">',
            item.thumbnail_url,
        )
    else:
        picture = format_html('<span class="no-picture">{}</span>', look.icon("items"))
    return format_html(
        '<span class="sku-cell">{}<a class="code" href="{}">{}</a></span>',
        picture,
        item.get_absolute_url(),
        item.sku,
    )


def name(item: Any) -> SafeString:
    return format_html('<span class="name">{}</span>', item.name)


def picking_place(item: Any) -> str | SafeString:
    return look.plate(item.picking_place) if item.picking_place else ""


def available(item: Any) -> SafeString:
    kind = "available bad" if getattr(item, "low", None) else "available"
    return format_html('<span class="{}">{}</span>', kind, formats.quantity(item.available))


def make_up(item: Any) -> SafeString:
    return look.stock_bar(item.available, item.held, item.allocated, item.unavailable)


def stock_state(item: Any) -> str:
    """How an item is off, in one word; for people and for exports."""
    low = getattr(item, "low", None)
    if low is None:
        return "Enough" if item.stocked else "Not stocked"
    return "Out" if low.out else "Low"


_STATES = {"Out": "out", "Low": "low"}


def state(item: Any) -> SafeString:
    word = stock_state(item)
    return look.state(word, _STATES.get(word, "plain"))


def place_code(place: Location) -> SafeString:
    return format_html('<a href="{}">{}</a>', place.get_absolute_url(), look.plate(place.code))


def place_sells(place: Location) -> SafeString:
    return look.state("Sold", "plain") if place.sells else look.state("Not sold", "off")


def level_sku(level: StockLevel) -> SafeString:
    return sku(level.item)


def level_name(level: StockLevel) -> SafeString:
    """What it is, and of which lot."""
    if level.lot is None:
        return name(level.item)
    lot = format_html('<a href="{}">{}</a>', level.lot.get_absolute_url(), level.lot.code)
    return format_html("{} <small>lot {}</small>", name(level.item), lot)


def level_place(level: StockLevel) -> SafeString:
    return place_code(level.location)


def level_available(level: StockLevel) -> SafeString:
    to_sell = availability.to_sell(level)
    kind = "available" if to_sell else "available zero"
    return format_html('<span class="{}">{}</span>', kind, formats.quantity(to_sell))


def level_make_up(level: StockLevel) -> SafeString:
    return look.stock_bar(
        availability.to_sell(level),
        level.held,
        level.allocated,
        availability.not_to_sell(level),
    )


def kind(line: StockMovement) -> SafeString:
    return format_html('<span class="with-icon">{}{}</span>', look.icon(line.kind), line.did())


def line_sku(line: StockMovement) -> SafeString:
    item = line.level.item
    return format_html('<a class="code" href="{}">{}</a>', item.get_absolute_url(), item.sku)


def line_name(line: StockMovement) -> SafeString:
    return name(line.level.item)


def line_place(line: StockMovement) -> SafeString:
    plate = look.plate(line.level.location.code)
    lot = line.level.lot
    if lot is None:
        return plate
    return format_html('{} <a class="lot" href="{}">{}</a>', plate, lot.get_absolute_url(), lot)


def change(line: StockMovement) -> SafeString:
    if not line.on_hand_delta:
        return format_html('<span class="zero">{}</span>', 0)
    return format_html("<b>{}</b>", formats.delta(line.on_hand_delta))


def reference(line: StockMovement) -> str | SafeString:
    if not line.reference:
        return ""
    return format_html('<a href="{}">{}</a>', belongs_to(line.reference), line.reference)


def lot_code(lot: Lot) -> SafeString:
    return format_html('<a class="code" href="{}">{}</a>', lot.get_absolute_url(), lot.code)


def lot_sku(lot: Lot) -> SafeString:
    item = lot.item
    return format_html('<a class="code" href="{}">{}</a>', item.get_absolute_url(), item.sku)


def lot_name(lot: Lot) -> SafeString:
    return name(lot.item)


def lot_expiry(lot: Lot) -> str | SafeString:
    """The day, and how far it is from today, in words."""
    if lot.expires_on is None:
        return "never"
    away = formats.days_from_today(lot.expires_on)
    if lot.is_out_of_date:
        return format_html("{} {}", formats.day(lot.expires_on), look.state(away, "bad"))
    return format_html('{} <span class="aside">{}</span>', formats.day(lot.expires_on), away)


def lot_places(lot: Any) -> SafeString:
    """The first of its places, and how many others there are."""
    plates = [look.plate(level.location.code) for level in lot.standing[:3]]
    more = len(lot.standing) - len(plates)
    return format_html(
        "{}{}",
        format_html_join(" ", "{}", ((plate,) for plate in plates)),
        f" and {more} more" if more else "",
    )


_HOLD_STATES = {
    HoldStatus.ACTIVE: "held",
    HoldStatus.CONFIRMED: "ok",
    HoldStatus.BROKEN: "bad",
}


def hold_number(hold: Hold) -> SafeString:
    return format_html('<a class="code" href="{}">{}</a>', hold.get_absolute_url(), hold.pk)


def hold_items(hold: Any) -> SafeString:
    """The first of its items, and how many others there are."""
    first, *others = hold.items
    more = f" and {len(others)} more" if others else ""
    return format_html('<b>{}</b> <span class="name">{}</span>{}', first.sku, first.name, more)


def hold_state(hold: Hold) -> SafeString:
    if hold.is_over:
        return look.state("Over", "off")
    status = HoldStatus(hold.status)
    return look.state(status.label, _HOLD_STATES.get(status, "off"))


def hold_end(hold: Hold) -> str | SafeString:
    """When it ends, as long as it may still be used."""
    return formats.when(hold.expires_at) if hold.status == HoldStatus.ACTIVE else ""

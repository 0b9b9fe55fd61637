"""Tiles of Today: apps register a function, Today shows what it returns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

logger = structlog.get_logger(__name__)

type Width = Literal["full", "main", "side"]
type Fill = Callable[[Any], dict[str, Any] | None]

FAILED = "pages/tiles/failed.html"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """`fill` gives the context of `template`, or None when there is nothing to show."""

    fill: Fill
    template: str
    order: int
    permission: str | None
    width: Width


_tiles: dict[str, Tile] = {}


def tile(
    *, order: int, template: str, permission: str | None = None, width: Width = "main"
) -> Callable[[Fill], Fill]:
    """Register a function from a request to the context of `template`, or to None: not shown."""

    def registered(fill: Fill) -> Fill:
        _tiles[f"{fill.__module__}.{fill.__qualname__}"] = Tile(
            fill=fill, template=template, order=order, permission=permission, width=width
        )
        return fill

    return registered


def shown(request: HttpRequest) -> dict[Width, list[SafeString]]:
    """Render the tiles that the person of `request` may see, by width, in order.

    A tile that fails says so in its place, and the others stand.
    """
    columns: dict[Width, list[SafeString]] = {"full": [], "main": [], "side": []}
    for each in sorted(_tiles.values(), key=lambda each: each.order):
        if each.permission is not None and not request.user.has_perm(each.permission):
            continue
        html = _render(each, request)
        if html is not None:
            columns[each.width].append(html)
    return columns


def _render(each: Tile, request: HttpRequest) -> SafeString | None:
    try:
        context = each.fill(request)
        return None if context is None else render_to_string(each.template, context, request)
    except Exception:
        logger.exception("tile_failed", template=each.template)
        return render_to_string(FAILED, {"template": each.template}, request)

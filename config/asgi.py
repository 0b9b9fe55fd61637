"""The ASGI application: static files, and Django's own handler on lent executors."""

import os
from functools import cache

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
get_asgi_application()

from django.conf import settings  # noqa: E402 -- settings are ready only after the line above
from servestatic import ServeStaticASGI  # noqa: E402

from config.handler import PagesHandler  # noqa: E402
from inventory.operations.pictures import MAX_BYTES  # noqa: E402
from islands.asgi import Receive, Scope, Send, answer  # noqa: E402
from islands.threads import LentThreads  # noqa: E402
from pages import outages, probes  # noqa: E402

MEBI = 1024 * 1024
BODY_LIMIT = 12 * MEBI

_django = PagesHandler()


@cache
def _full_house() -> bytes:
    return outages.bare_page("503.html").encode()


@cache
def _too_large() -> bytes:
    sizes = {"picture": MAX_BYTES // MEBI, "limit": BODY_LIMIT // MEBI}
    return outages.bare_page("413.html", sizes).encode()


_pages = LentThreads(
    _django,
    full_house=_full_house,
    too_large=_too_large,
    beside=[(n.lower().encode(), v.encode()) for n, v in outages.BESIDE.items()],
    body_limit=BODY_LIMIT,
)
# A seat of its own: a house full of guests is no reason to call the process unfit.
_probe = LentThreads(_django, full_house=_full_house, seats=1, queue=8, body_limit=0)


def _trusted(headers: object, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"  # type: ignore[index]  # a wsgiref Headers


_http = ServeStaticASGI(
    _pages,
    root=str(settings.STATIC_ROOT) if settings.STATIC_ROOT.is_dir() else None,
    prefix="static/",
    # Names with a content hash never change.
    immutable_file_test=r"^.+\.[0-9a-f]{12}\..+$",
    allow_all_origins=False,
    add_headers_function=_trusted,
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request, or the server's start and stop."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] != "http":  # no socket has a room yet: refuse the handshake
        await receive()
        await send({"type": "websocket.close", "code": 4404})
    elif scope["path"] == "/livez":
        # Whether the process lives, so it asks nobody: no thread, no database.
        await answer(send, 200, b"ok\n")
    elif scope["path"] == "/readyz":
        await _probe(scope, receive, send)
    else:
        await _http(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            probes.drain()
            await send({"type": "lifespan.shutdown.complete"})
            return

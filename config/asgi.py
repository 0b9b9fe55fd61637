"""The ASGI application: static files, and Django's own handler on lent executors."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()

from django.conf import settings  # noqa: E402 -- settings are ready only after the line above
from django.template.loader import render_to_string  # noqa: E402
from servestatic import ServeStaticASGI  # noqa: E402

from islands.asgi import Receive, Scope, Send  # noqa: E402
from islands.threads import LentThreads  # noqa: E402

_pages = LentThreads(
    django_application,
    full_house=lambda: render_to_string("503.html").encode(),
    body_limit=12 * 1024 * 1024,
)
_http = ServeStaticASGI(
    _pages,
    root=str(settings.STATIC_ROOT) if settings.STATIC_ROOT.is_dir() else None,
    prefix="static/",
    # Names with a content hash never change.
    immutable_file_test=r"^.+\.[0-9a-f]{12}\..+$",
    allow_all_origins=False,
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request, or the server's start and stop."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http":
        await _http(scope, receive, send)
    else:  # no socket has a room yet: refuse the handshake
        await receive()
        await send({"type": "websocket.close", "code": 4404})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return

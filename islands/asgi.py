"""Names for the three things an ASGI application gets, and the plainest answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

type Message = Mapping[str, Any]
type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Application = Callable[[Scope, Receive, Send], Awaitable[None]]
type Headers = Sequence[tuple[bytes, bytes]]

# What Django's middlewares put on every answer, for those that are given without Django.
_TRUST: Headers = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)


async def answer(
    send: Send, status: int, body: bytes, *, html: bool = False, headers: Headers = ()
) -> None:
    """Send a whole response at once."""
    kind = b"text/html" if html else b"text/plain"
    own = (
        (b"content-type", kind + b"; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    )
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*own, *_TRUST, *headers],
        }
    )
    await send({"type": "http.response.body", "body": body})

"""One web process: uvicorn on a socket that the supervisor bound and every web process shares."""

import logging
import os
import socket
import sys

import uvicorn

# Seconds that requests in progress are given when we are asked to stop.
DRAIN_SECONDS = 3
BACKLOG = 4096


def server() -> uvicorn.Server:
    """Configure uvicorn; by its API, because the command line cannot say all of it."""
    config = uvicorn.Config(
        "config.asgi:application",
        backlog=BACKLOG,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
        ws_ping_interval=None,  # a timer a socket: ours ping by themselves
        ws_per_message_deflate=False,
        # Of a proxy that the operator says is there; else anybody could name any address.
        proxy_headers=os.environ.get("TRUSTED_PROXIES", "0") not in ("", "0"),
        forwarded_allow_ips=["127.0.0.1", "::1"],
        server_header=False,
        access_log=False,  # django-structlog writes one line a request
        log_config=None,  # Django's settings say where logs go
        lifespan="on",
    )
    return uvicorn.Server(config)


def main() -> None:
    listening = socket.socket(fileno=int(sys.argv[1]))
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    server().run(sockets=[listening])


if __name__ == "__main__":
    main()

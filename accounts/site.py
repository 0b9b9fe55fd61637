"""Our address on the net, for the links in mails."""

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port


def our_site() -> str:
    """Give BACKROOM_URL; else where we answer, for a mail that nobody's request has asked for."""
    if settings.SITE_URL:
        return str(settings.SITE_URL)
    named = [host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))]
    host = named[0] if named else "localhost"
    if host in {"127.0.0.1", "localhost", "[::1]", "testserver"}:
        return f"http://{host}:{settings.PORT}"
    return f"https://{host}"


def site_of(request: HttpRequest) -> str:
    """Give BACKROOM_URL; else the host that was asked for, at our own port or at the usual one.

    Django checks the host against ALLOWED_HOSTS and lets it name any port: a stranger could have
    a link mailed to somebody that leads to another server of the same machine.
    """
    if settings.SITE_URL:
        return str(settings.SITE_URL)
    host, port = split_domain_port(request.get_host())
    at = f":{port}" if port == str(settings.PORT) else ""
    return f"{request.scheme}://{host}{at}"

"""A browser of few words: it signs in, opens forms, and sends one until there is an answer."""

import random
import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import urlencode

_PATIENCE = 60.0  # seconds that somebody goes on asking
# What a page's own script sends for a part of a page.
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
_KEPT = ("backroom", "backroom-csrf")  # toasts, which nobody here reads, are not
_NOTICE = re.compile(r'<div class="notice bad refusal".*?</div>|role="alert">(.*?)</p>', re.S)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str
    location: str  # where it leads: by a redirect, or as htmx is told

    @property
    def why(self) -> str:
        """The sentence of a refusal."""
        found = _NOTICE.search(self.text)
        return " ".join(re.sub(r"<[^>]*>", " ", found.group(0)).split()) if found else ""


class Unanswered(Exception):
    """Nobody answered in all that time."""


@dataclass(slots=True)
class Browser:
    """One person at one address. `cuts` is the share of sent forms whose answer is not awaited."""

    port: int
    chance: random.Random
    cuts: float = 0
    answered: list[tuple[float, float]] = field(default_factory=list)  # asked when, answered when
    away: int = 0  # times that the house asked to come again
    cut_off: int = 0  # requests that ended without an answer, by whomever
    _cookies: dict[str, str] = field(default_factory=dict)
    _visit: HTTPConnection | None = None

    def get(self, path: str, *, part: bool = False) -> Answer:
        """Open a page, asking again while the house is away.

        :raises Unanswered: if it stays so
        """
        return self._until_answered("GET", path, headers=PART if part else {})

    def post(self, path: str, given: dict[str, str], *, part: bool = False) -> Answer:
        """Send a form; the very same again when the answer is cut off.

        :raises Unanswered: if there never is one
        """
        return self._until_answered("POST", path, urlencode(given), headers=PART if part else {})

    def sign_in(self, email: str, password: str) -> None:
        hidden = form_of(self.get("/account/login/"), "")
        answer = self.post("/account/login/", hidden | {"login": email, "password": password})
        if answer.status not in (302, 303):
            raise RuntimeError(f"not signed in: {answer.status} {answer.why}")

    def _until_answered(
        self, method: str, path: str, body: str = "", *, headers: dict[str, str]
    ) -> Answer:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            cut = method == "POST" and self.chance.random() < self.cuts
            began = time.time()
            try:
                answer = self._once(method, path, body, headers, cut=cut)
            except (OSError, HTTPException):
                self.cut_off += 1
                self.leave()
                answer = None
            if answer and answer.status != 503 and "still being worked on" not in answer.text:
                self.answered.append((began, time.time()))
                return answer
            self.away += answer is not None
            # Sooner than the answer asked for: somebody presses the button again and again.
            time.sleep(self.chance.uniform(0.05, 0.15))
        raise Unanswered

    def _once(
        self, method: str, path: str, body: str, headers: dict[str, str], *, cut: bool
    ) -> Answer:
        if self._visit is None:
            self._visit = HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = dict(headers)
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if method == "POST":
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self._visit.request(method, path, body or None, sent)
        if cut:
            time.sleep(self.chance.uniform(0, 0.03))  # somewhere on its way
            raise ConnectionAbortedError
        response = self._visit.getresponse()
        text = response.read().decode()
        self._remember(response)
        location = response.headers.get("Location") or response.headers.get("HX-Redirect") or ""
        # The two web processes share a socket: who comes anew may meet the other one.
        if self.chance.random() < 0.1 or response.will_close:
            self.leave()
        return Answer(response.status, text, location)

    def _remember(self, response: HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                if name in _KEPT and morsel.value:
                    self._cookies[name] = morsel.value

    def leave(self) -> None:
        if self._visit:
            self._visit.close()
        self._visit = None


class _Hidden(HTMLParser):
    """The hidden fields of the first form that is sent to `action`."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.found = action, False, dict[str, str]()
        self.seen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.seen and given.get("action", "") == self.action:
            self.inside = self.seen = given.get("method", "").lower() == "post"
        if self.inside and tag == "input" and given.get("type") == "hidden":
            self.found[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def form_of(page: Answer, action: str) -> dict[str, str]:
    """The hidden fields of the form on a page that is sent to `action`, its key among them.

    :raises LookupError: if it has none
    """
    parser = _Hidden(action)
    parser.feed(page.text)
    if not parser.seen:
        raise LookupError(f"no form for {action!r} on a page of status {page.status}: {page.why}")
    return parser.found

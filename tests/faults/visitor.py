"""Some of many people who work in a house that is being broken, each through its pages.

`python -m tests.faults.visitor SEED PORT FIRST PEOPLE ASKS CUTS` reads the shop as a line of JSON
(`bookkeeper` has made it), says when all are signed in, waits for a second line, and prints
each ask with its answer as one. It knows nothing of the database.
"""

import json
import random
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.faults.browser import Answer, Browser, Unanswered, form_of

_HOLD = re.compile(r"/holds/(\d+)")
_saying = threading.Lock()


@dataclass(slots=True)
class Person:
    """Somebody who books at random, and ends their own holds."""

    browser: Browser
    chance: random.Random
    shop: dict[str, Any]
    mine: list[dict[str, Any]] = field(default_factory=list)  # holds that were not ended yet

    def ask(self) -> dict[str, Any]:
        """Do one thing, and tell what came of it."""
        acts = self.shop["acts"]  # how often each is done
        [act] = self.chance.choices(list(acts), acts.values())
        if act in ("release", "confirm"):
            if self.mine:
                return self._end(act, self.mine.pop(self.chance.randrange(len(self.mine))))
            act = "hold"
        return self._book(act)

    def _book(self, act: str) -> dict[str, Any]:
        item = self.chance.choice(self.shop["items"])
        place = self.chance.choice(item["places"])
        quantity = self.chance.randint(1, self.shop["most"])
        path = f"/items/{item['pk']}/{act}"
        told = {"act": act, "sku": item["sku"], "place": place, "quantity": quantity}
        fields = {"place": place, "quantity": str(quantity)}
        if act == "adjust":
            told["quantity"] = quantity = self.chance.choice([-1, 1]) * quantity
            fields = {"place": place, "delta": str(quantity), "reason": "miscounted"}
        elif act == "return":
            fields["reason"] = "unwanted"
        elif act == "hold":
            told["place"] = ""  # wherever it stands
            fields = {"quantity": str(quantity), "lifetime": "480"}
        told = self._send(path, told, fields, part=True)
        if act == "hold" and told.get("answer") == "booked":
            self.mine.append(told)
        return told

    def _end(self, act: str, hold: dict[str, Any]) -> dict[str, Any]:
        told = {"act": act, "sku": hold["sku"], "place": "", "quantity": hold["quantity"]}
        listed = f"/holds?reference=ask:{hold['key']}"
        return self._send(listed, told | {"of": hold["key"]}, {}, act=act)

    def _send(
        self,
        path: str,
        told: dict[str, Any],
        fields: dict[str, str],
        *,
        act: str = "",
        part: bool = False,
    ) -> dict[str, Any]:
        """Open the form of a page, and send it with these fields until there is an answer.

        With `act` the page is the list of the one hold, from which its own is gone to.
        """
        self.browser.answered, self.browser.away, self.browser.cut_off = [], 0, 0
        begun = opened = time.time()
        told["key"] = ""
        try:
            if act:
                path = self._only_hold(path)
            action = f"{path}/{act}" if act else path
            hidden = form_of(self.browser.get(path, part=part), action)
            opened, told["key"] = time.time(), hidden["form_key"]
            marked = "note" if told["act"] == "adjust" else "reference"
            fields = hidden | fields | {marked: f"ask:{told['key']}"}
            told |= _read(self.browser.post(action, fields, part=part))
        except Unanswered:
            told["answer"] = "none"
        except LookupError as missing:
            told |= {"answer": "strange", "why": str(missing)}
        return told | {
            "begun": begun,
            "from": opened,
            "to": time.time(),
            "answered": self.browser.answered,
            "away": self.browser.away,
            "cut": self.browser.cut_off,
        }

    def _only_hold(self, path: str) -> str:
        """The page of the hold that a list shows.

        :raises LookupError: if it shows none, or several
        """
        found = set(_HOLD.findall(self.browser.get(path, part=True).text))
        if len(found) != 1:
            raise LookupError(f"{path} shows {len(found)} holds")
        return f"/holds/{found.pop()}"


def _read(answer: Answer) -> dict[str, Any]:
    if answer.location.startswith(("/items/", "/holds/")):
        return {"answer": "booked"}
    if answer.status == 422:
        return {"answer": "refused", "why": answer.why}
    return {"answer": "strange", "why": f"{answer.status} {answer.location} {answer.text[:200]}"}


def main(seed: int, port: int, first: int, people: int, asks: int, cuts: float) -> None:
    shop, everybody = json.loads(sys.stdin.readline()), []
    for number in range(first, first + people):
        chance = random.Random(seed * 1000 + number)
        browser = Browser(port, chance)
        browser.sign_in(shop["emails"][number], shop["password"])
        browser.cuts = cuts
        everybody.append(Person(browser, chance, shop))
    _say({"signed_in": people})
    sys.stdin.readline()

    def work(person: Person) -> None:
        for _ in range(asks):
            _say(person.ask())
        person.browser.leave()

    with ThreadPoolExecutor(people) as pool:
        list(pool.map(work, everybody))


def _say(told: dict[str, Any]) -> None:
    with _saying:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    *counts, cuts = sys.argv[1:]
    main(*map(int, counts), cuts=float(cuts))

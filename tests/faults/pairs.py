"""Every pair of operations at once on the same item and place: as if one had come after the other.

`./dev faults pairs [--full] [--seed N]`: each pair 200 times (full), or 20, in two processes. What
comes of two at once must be what comes of them one after the other, in one order or the other. And
each operation that takes a key, sent twice at once with the same one: as if it had come once.
"""

import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement, product
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import transaction  # noqa: E402 -- after setup

from accounts.models import User  # noqa: E402
from inventory import operations  # noqa: E402
from inventory.models import Allocation, Hold, HoldLine, Location, StockLevel, StockMovement  # noqa: E402
from tests.factories import make_place, make_site, make_user  # noqa: E402
from tests.faults.command import arguments, report  # noqa: E402
from tests.faults.hand import Hand, do  # noqa: E402
from tests.faults.recipes import RECIPES, Recipe, Stage, changing_stock  # noqa: E402

type Pair = tuple[str, str]
# What each of the two was told, and what stands there then.
type Result = tuple[str, str, str]

AHEAD = 0.0015  # seconds from the order to the beginning
FAILED = "failed: "  # no refusal by a rule
APART = 0.002  # seconds by which one may begin later than the other


@dataclass(slots=True)
class Findings:
    """How often each way of things came about, and what has no explanation."""

    times: int = 0
    refused: int = 0
    as_first: int = 0  # as if the first had come first, and not also as if the second had
    as_second: int = 0
    unexplained: list[str] = field(default_factory=list)
    pairs: Counter[Pair] = field(default_factory=Counter)

    def add(self, other: "Findings") -> None:
        self.times += other.times
        self.refused += other.refused
        self.as_first += other.as_first
        self.as_second += other.as_second
        self.unexplained += other.unexplained
        self.pairs += other.pairs


def pairs() -> list[Pair]:
    """Every two operations, and each with itself.

    :raises LookupError: if an operation has no recipe, or a recipe no operation
    """
    known, there = {recipe.operation for recipe in RECIPES}, changing_stock()
    if known != there:
        raise LookupError(f"recipes are missing or left over: {sorted(known ^ there)}")
    return list(combinations_with_replacement(sorted(there), 2))


def at_once(url: str, chosen: Iterable[Pair], *, seed: int, times: int) -> Findings:
    """Do each of these pairs `times` times in two processes, in each way there are recipes for."""
    chance, findings = random.Random(seed), Findings()
    hands = Hand.on(url), Hand.on(url)
    actor, site = make_user(superuser=True), make_site()
    try:
        for pair in chosen:
            ways = list(product(*([r for r in RECIPES if r.operation == name] for name in pair)))
            for number, (one, other) in enumerate(ways):
                share = times // len(ways) + (number < times % len(ways))
                found = _tried(hands, one, other, share, chance, actor, site)
                findings.add(found)
                findings.pairs[pair] += found.times
    finally:
        for hand in hands:
            hand.leave()
    return findings


def _tried(
    hands: tuple[Hand, Hand],
    one: Recipe,
    other: Recipe,
    times: int,
    chance: random.Random,
    actor: User,
    site: Location,
) -> Findings:
    """The two serial orders, and then both at once so many times."""
    with transaction.atomic():
        stages = _stages(times + 2, site, actor, one, other)
        for recipe, stage in product((one, other), stages):
            recipe.arguments(stage)
        # Anew: what one of them has set up the other may have to look at.
        asked = [(one.arguments(stage), other.arguments(stage)) for stage in stages]
    told = []
    for stage, each in zip(stages[:-2], asked[:-2], strict=True):
        stage.begin()
        told.append(_together(hands, one, other, each, chance))
    first, second = asked[-2:]
    stages[-2].begin()
    told.append((_word(do(one.operation, first[0])), _word(do(other.operation, first[1]))))
    stages[-1].begin()
    backwards = _word(do(other.operation, second[1])), _word(do(one.operation, second[0]))
    told.append(backwards[::-1])
    operations.expire_holds(most=10_000)  # what a sweep had to leave to the next one
    stand = _standing(stages)
    *results, forth, back = [
        (*words, _of(stand, stage)) for words, stage in zip(told, stages, strict=True)
    ]
    return _explained(f"{one} and {other}", results, forth, back)


def same_key_at_once(url: str, *, seed: int, times: int) -> Findings:
    """Send each operation that takes a key so many times to both at once, the key the same."""
    chance, findings = random.Random(seed), Findings()
    hands = Hand.on(url), Hand.on(url)
    actor, site = make_user(superuser=True), make_site()
    try:
        for recipe in RECIPES:
            with transaction.atomic():
                stages = _stages(times + 1, site, actor, recipe)
                asked = [recipe.arguments(stage) for stage in stages]
            if "key" not in asked[0]:
                continue
            told = [_together(hands, recipe, recipe, (one, one), chance) for one in asked[:-1]]
            once = _word(do(recipe.operation, asked[-1]))
            stand = _standing(stages)
            *results, alone = [
                (*words, _of(stand, stage))
                for words, stage in zip([*told, (once, once)], stages, strict=True)
            ]
            findings.add(_explained(f"{recipe}, twice the same", results, alone, alone))
            findings.pairs[recipe.operation, recipe.operation] += times
    finally:
        for hand in hands:
            hand.leave()
    return findings


def _stages(count: int, site: Location, actor: User, *recipes: Recipe) -> list[Stage]:
    """So many items, all at one place unless that is emptied."""
    own = any(recipe.operation == "move_everything" for recipe in recipes)
    made = [(make_place(parent=site), make_place(parent=site)) for _ in range(count if own else 1)]
    return [Stage(*made[number % len(made)], actor) for number in range(count)]


def _together(
    hands: tuple[Hand, Hand],
    one: Recipe,
    other: Recipe,
    asked: tuple[dict[str, Any], dict[str, Any]],
    chance: random.Random,
) -> tuple[str, str]:
    begin = time.time() + AHEAD
    late = chance.uniform(-APART, APART)
    hands[0].tell(one.operation, asked[0], at=begin + max(0, late))
    hands[1].tell(other.operation, asked[1], at=begin + max(0, -late))
    return _word(hands[0].answer()), _word(hands[1].answer())


def _word(told: dict[str, Any]) -> str:
    if "failed" in told:
        return f"{FAILED}{told['failed']}"
    return str(told.get("refused") or "done")


def _of(stand: dict[int, str], stage: Stage) -> str:
    return " | ".join(stand[item] for item in stage.items)


def _explained(name: str, results: Sequence[Result], forth: Result, back: Result) -> Findings:
    """Lay what came of two at once beside what comes of one after the other."""
    return Findings(
        times=len(results),
        refused=sum((one != "done") + (other != "done") for one, other, _ in results),
        as_first=sum(result == forth != back for result in results),
        as_second=sum(result == back != forth for result in results),
        unexplained=[
            f"{name}: {result}, and one after the other {forth} or {back}"
            for result in results
            if result not in (forth, back) or FAILED in "".join(result[:2])
        ],
    )


def _standing(stages: list[Stage]) -> dict[int, str]:
    """Per item its balances, lines of the ledger, holds and allocations, as text to compare."""
    items = [item for stage in stages for item in stage.items]
    where = {stage.place.pk: "here" for stage in stages}
    found: dict[int, list[Any]] = defaultdict(list)
    quantities = ("on_hand", "allocated", "held", "unavailable")
    deltas = ("kind", *(f"{name}_delta" for name in quantities))
    tables: list[tuple[str, Any, str, tuple[str, ...]]] = [
        ("stands", StockLevel.objects, "", quantities),
        ("line", StockMovement.objects, "level__", deltas),
        ("holds", HoldLine.objects, "level__", ("line", "quantity")),
        ("promises", Allocation.objects, "level__", ("quantity",)),
    ]
    for word, rows, level, columns in tables:
        for item, place, *fact in rows.filter(**{f"{level}item__in": items}).values_list(
            f"{level}item", f"{level}location", *columns
        ):
            if any(fact):  # a level at which nothing stands is as good as none
                found[item].append((word, where.get(place, "there"), *fact))
    wanted = set(items)
    for status, asked in Hold.objects.order_by("-pk").values_list("status", "asked")[
        : 4 * len(items)
    ]:
        for item, quantity in asked:
            if item in wanted:
                found[item].append(("hold", status, quantity))
    return {
        item: "; ".join(sorted(" ".join(map(str, fact)) for fact in facts))
        for item, facts in found.items()
    }


def main() -> None:
    asked = arguments(__doc__ or "")
    began = time.monotonic()
    found = at_once(
        os.environ["DATABASE_URL"], pairs(), seed=asked.seed, times=200 if asked.full else 20
    )
    same = same_key_at_once(
        os.environ["DATABASE_URL"], seed=asked.seed, times=200 if asked.full else 20
    )
    check = operations.check_ledger(full=True)
    report(
        seed=asked.seed,
        pairs=len(found.pairs),
        times=found.times,
        least_of_a_pair=min(found.pairs.values()),
        as_if_in_one_order=found.as_first,
        as_if_in_the_other=found.as_second,
        refused_by_a_rule=found.refused,
        unexplained=len(found.unexplained),
        operations_with_a_key=len(same.pairs),
        sent_twice_at_once=same.times,
        not_as_once=len(same.unexplained),
        findings=len(check.findings) if check else "another check was running",
        seconds=round(time.monotonic() - began),
    )
    if found.unexplained or same.unexplained or check is None or check.findings:
        told = Counter(found.unexplained + same.unexplained).most_common()
        raise SystemExit("\n".join(f"{times} × {what}" for what, times in told))


if __name__ == "__main__":
    main()

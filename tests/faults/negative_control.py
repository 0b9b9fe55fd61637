"""Without the lock, the version test and the CHECKs the same crowd oversells: the nets hold it.

`./dev faults negative_control [--full] [--seed N]`: ten runs (full), or two.
"""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.faults.command import (  # noqa: E402 -- after setup
    answer_of,
    arguments,
    report,
    start,
    throw_away_database,
)


def oversells(url: str, *, seed: int) -> float | None:
    """Seconds until a crowd has oversold the spoilt house at `url`, or None."""
    return _run(url, seed)


def whole_house_oversells(url: str, *, seed: int) -> float | None:
    """The same crowd in a house with all its nets."""
    return _run(url, seed, "--whole")


def _run(url: str, seed: int, *flags: str) -> float | None:
    [told] = answer_of([start("tests.faults.spoilt_house", seed, *flags, url=url)])
    seconds: float | None = json.loads(told)
    return seconds


def main() -> None:
    asked = arguments(__doc__ or "")
    with throw_away_database(os.environ["DATABASE_URL"]) as url:
        whole = whole_house_oversells(url, seed=asked.seed)
        seconds = [
            oversells(url, seed=asked.seed + 1 + number)
            for number in range(10 if asked.full else 2)
        ]
    found = [one for one in seconds if one is not None]
    report(
        seed=asked.seed,
        runs=len(seconds),
        oversold=len(found),
        slowest_seconds=round(max(found, default=0), 1),
        with_nets="never" if whole is None else f"after {whole:.1f} s",
    )
    if len(found) < len(seconds) or whole is not None:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

"""./dev reset: remove the embedded servers' data and all else that this home holds."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from config.launch.home import Busy, Home, end_leftovers, named, outside_place, owned
from config.launch.logs import say
from config.launch.refusal import Refusal

# What we put there, and nothing that somebody else did.
OURS = (
    *(
        "postgres",
        "postgres.new",
        "valkey",
        "valkey-broken-*",
        "sockets",
        "static",
        "beat-schedule*",
    ),
    *("mail", "log", "media", "secret_key", "running.json", "postgres-is-at"),
)


def reset(arguments: Sequence[str]) -> int:
    """Ask, and remove.

    :raises Refusal: while something runs, or without a yes
    """
    if set(arguments) - {"--yes"}:
        raise Refusal("reset takes --yes, and nothing else.")
    home = Home(path=named())
    if not home.path.is_dir():
        say(f"There is nothing in {home.path}.")
        return 0
    try:
        with owned(home):
            end_leftovers(home)
            place = outside_place(home)
            _ask(home, place, sure="--yes" in arguments)
            _remove(home, place)
    except Busy:
        raise Refusal(f"Backroom is running in {home.path}. Stop it first.") from None
    say(f"Removed. The next ./dev up begins anew in {home.path}.")
    return 0


def _ask(home: Home, place: Path | None, *, sure: bool) -> None:
    if sure:
        return
    also = f" and {place}" if place else ""
    say(f"This removes the embedded database, mail, logs and the secret key in {home.path}{also}.")
    if not sys.stdin.isatty():
        raise Refusal("Nobody is there to ask. Say ./dev reset --yes if that is what you want.")
    if input("Type yes to remove them: ").strip().lower() not in ("y", "yes"):
        raise Refusal("Nothing was removed.")


def _remove(home: Home, place: Path | None) -> None:
    if place:
        shutil.rmtree(place)
    for pattern in OURS:
        for path in home.path.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

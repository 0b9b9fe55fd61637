"""The commands of ./dev."""

import sys
from collections.abc import Callable, Sequence

from config.launch.backup import backup
from config.launch.check import check
from config.launch.home import named
from config.launch.manage import manage
from config.launch.refusal import Refusal
from config.launch.reset import reset
from config.launch.restore import restore
from config.launch.trials import module, test
from config.launch.up import up

USAGE = """\
usage: ./dev COMMAND

  up                      start everything and keep it running; Ctrl-C stops it
  test [--postgres 15] …  run the tests on servers of their own; the rest goes to pytest
  check                   run the linters, the type checker and Django's checks
  manage COMMAND …        run a command of Django's, for example ./dev manage createsuperuser
  shots …                 make the pictures of the pages
  bench NAME …            measure, for example ./dev bench pages
  faults NAME …           break things and judge, for example ./dev faults last_units --full
  backup [FILE]           keep the embedded database in one file, while the house runs or not
  restore FILE [--to PORT] [--replace]
                          bring it back: into an empty house, beside this one, or in its place
  reset [--yes]           remove the embedded database and everything else in BACKROOM_HOME

environment: BACKROOM_HOME (default .backroom), PORT (default 8000),
DATABASE_URL and REDIS_URL (default: embedded servers); docs/operating.md has the rest."""


def _bench(arguments: Sequence[str]) -> int:
    if not arguments or not arguments[0].isidentifier():
        raise Refusal("Say what to measure, for example ./dev bench pages")
    return module(f"bench.{arguments[0]}", arguments[1:], waits_for_the_disk=True)


def _faults(arguments: Sequence[str]) -> int:
    if not arguments or not arguments[0].isidentifier():
        raise Refusal("Say what to break, for example ./dev faults last_units")
    return module(f"tests.faults.{arguments[0]}", arguments[1:])


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "up": up,
    "test": test,
    "check": check,
    "manage": manage,
    "backup": backup,
    "restore": restore,
    "reset": reset,
    "shots": lambda arguments: module("bench.shots", arguments),
    "bench": _bench,
    "faults": _faults,
}


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        print(USAGE)
        return 0
    command = COMMANDS.get(arguments[0])
    if command is None:
        print(f"./dev does not know {arguments[0]!r}.\n\n{USAGE}", file=sys.stderr)
        return 2
    try:
        return command(arguments[1:])
    except Refusal as refusal:
        print(f"./dev {arguments[0]}: {refusal}", file=sys.stderr)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(
            f"./dev {arguments[0]}: {error.strerror or error}{where}. "
            f"Look after that, or name another folder than {named()} with BACKROOM_HOME.",
            file=sys.stderr,
        )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

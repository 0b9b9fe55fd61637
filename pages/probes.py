"""What `/readyz` asks: apps register probes, each answers with a word.

Only three make a process unfit for requests: no database, missing migrations, draining. What
other probes say is for people to read, never a reason to take a process out.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from dataclasses import dataclass
from threading import Event, Lock

import structlog
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

logger = structlog.get_logger(__name__)

PATIENCE = 2.0  # seconds that one probe may take


@dataclass(frozen=True, slots=True)
class Word:
    """What a probe found: `ok` or not, a word for everybody and a detail for staff."""

    word: str
    ok: bool
    detail: str = ""


type Ask = Callable[[], Word]

_probes: dict[str, Ask] = {}
_draining = Event()
# Threads of their own: a probe that hangs hangs here, and is not asked again before it comes back.
_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="probe")
_asked: dict[str, Future[Word]] = {}
_asking = Lock()

# These decide; the rest is information.
DECISIVE = ("database", "migrations", "draining")


def probe(name: str) -> Callable[[Ask], Ask]:
    """Register a function that says how `name` is. It runs in a thread of its own, at most 2 s."""

    def registered(ask: Ask) -> Ask:
        _probes[name] = ask
        return ask

    return registered


def drain() -> None:
    """Tell whoever asks `/readyz` to send no more requests: this process is about to end."""
    _draining.set()


def answers(*, patience: float = PATIENCE) -> dict[str, Word]:
    """Ask all probes at once and give their words, by name, within about `patience` seconds."""
    if not _probes.keys() >= {"database", "migrations"}:
        raise RuntimeError("The probes that decide are not registered.")
    with _asking:
        waiting = {name: _future(name, ask) for name, ask in _probes.items()}
    words = {"draining": Word("yes" if _draining.is_set() else "no", not _draining.is_set())}
    for name, future in waiting.items():
        words[name] = _word(name, future, patience)
    return words


def ready(words: dict[str, Word]) -> bool:
    """Tell whether this process should get requests."""
    return all(words[name].ok for name in DECISIVE)


def _future(name: str, ask: Ask) -> Future[Word]:
    """Ask, unless the last question is still open."""
    open_question = _asked.get(name)
    if open_question is None or open_question.done():
        _asked[name] = _threads.submit(_closing, ask)
    return _asked[name]


def _closing(ask: Ask) -> Word:
    try:
        return ask()
    finally:
        connections.close_all()


def _word(name: str, future: Future[Word], patience: float) -> Word:
    try:
        return future.result(timeout=patience)
    except NoAnswer:
        return Word("no answer", ok=False, detail=f"It said nothing for {patience:g} s.")
    except Exception as failure:
        logger.warning("probe_failed", probe=name, failure=str(failure))
        return Word("no answer", ok=False, detail=f"{type(failure).__name__}: {failure}")


@probe("database")
def database() -> Word:
    """Ask the database for one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Word("ok", ok=True)


@probe("migrations")
def migrations() -> Word:
    """Tell whether the database has all the tables that this code knows."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not missing:
        return Word("ok", ok=True)
    names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in missing)
    return Word("missing", ok=False, detail=f"Run ./dev manage migrate: {names}.")

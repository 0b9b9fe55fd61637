"""Whether a database is one that `up` made for itself, to be filled with a shop to try out.

The database carries the mark itself, as its comment, wherever its folder goes.
"""

import time

import psycopg
from psycopg import sql

from config.launch.embedded import NAME, Cluster
from config.launch.logs import say
from config.launch.servers import create_database, superuser

BEGUN = "Made by ./dev up, not filled yet"
FILLED = "Made by ./dev up, with the demonstration shop"


def prepare(cluster: Cluster) -> None:
    """Mark a database without a single table as ours; begin anew where filling it was cut off."""
    with superuser(cluster) as server:
        mark = mark_of(server)
        if mark == BEGUN and not is_empty(cluster):
            aside = f"{NAME}_unfinished_{int(time.time())}"
            say(f"backroom | the first start was cut off: begun anew (what was there is {aside})")
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            server.execute(rename.format(sql.Identifier(NAME), sql.Identifier(aside)))
            create_database(server)
        if mark in (None, BEGUN) and is_empty(cluster):
            set_mark(server, BEGUN)


def is_ours(cluster: Cluster) -> bool:
    with superuser(cluster) as server:
        return mark_of(server) in (BEGUN, FILLED)


def is_filled(cluster: Cluster) -> bool:
    with superuser(cluster) as server:
        return mark_of(server) == FILLED


def filled(cluster: Cluster) -> None:
    with superuser(cluster) as server:
        set_mark(server, FILLED)


def mark_of(server: psycopg.Connection) -> str | None:
    asked = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    row = server.execute(asked, [NAME]).fetchone()
    return row[0] if row else None


def set_mark(server: psycopg.Connection, mark: str) -> None:
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    server.execute(comment.format(sql.Identifier(NAME), sql.Literal(mark)))


def is_empty(cluster: Cluster) -> bool:
    with superuser(cluster, NAME) as connection:
        asked = "SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1"
        return connection.execute(asked).fetchone() is None

"""Asking twice is doing once: a key is claimed in the transaction of the write.

The row of the key is the first lock of all, before items, levels and anything else. A second caller
with the same key waits on its unique index until the first has committed, and reads its answer, or
has rolled back, and goes on as the first.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from jobs.models import IdempotencyKey

# RETURNING gives a row only to the caller whose insert went through. It waits for an open
# transaction that holds the same key, in READ COMMITTED and on every version since 9.5.
_CLAIM = """
    INSERT INTO jobs_idempotencykey (principal, key, request_hash)
    VALUES (%(principal)s, %(key)s, %(request_hash)s)
    ON CONFLICT (principal, key) DO NOTHING
    RETURNING id
"""


class IdempotencyError(Exception):
    """A key could not be claimed. The text is fit to show, `code` is for machines."""

    code = "key_refused"


class KeyReused(IdempotencyError):
    code = "key_reused"

    def __init__(self) -> None:
        super().__init__(
            "This key was used for something else. Open the form again and send it anew."
        )


class KeyBusy(IdempotencyError):
    code = "key_busy"

    def __init__(self) -> None:
        super().__init__(
            "The same request is still being worked on. Ask again in a moment with the same key."
        )


class OutsideTransaction(Exception):
    """A key was claimed outside a transaction: it would be kept though nothing was written."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed key. `first` callers do the work and `answer`; others repeat `earlier`."""

    pk: int
    first: bool
    earlier: Any = None

    def answer(self, reference: Any) -> None:
        """Keep what was made, small and as JSON: ids and codes, not the thing itself."""
        IdempotencyKey.objects.filter(pk=self.pk).update(answer=reference)


def claim(*, principal: str, key: UUID, request_hash: bytes) -> Claim:
    """Claim `key` of `principal` (`user:12`) for a request whose `fingerprint` is given.

    Call it first of all in the operation's own transaction, which must be READ COMMITTED.

    :raises KeyReused: if the key was claimed for a request with another fingerprint
    :raises KeyBusy: if the first request with the key runs longer than this one may wait; the
        transaction is broken then and must be rolled back
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction("A key must be claimed inside transaction.atomic.")
    asked: dict[str, Any] = {"principal": principal, "key": key, "request_hash": request_hash}
    while True:
        with connection.cursor() as cursor:
            try:
                cursor.execute(_CLAIM, asked)
            except OperationalError as error:
                if isinstance(error.__cause__, LockNotAvailable):
                    raise KeyBusy from error
                raise
            if row := cursor.fetchone():
                return Claim(pk=row[0], first=True)
        # A new statement has a new snapshot, so the row we waited for is seen here. It is missing
        # only when it was pruned in between: then the key is free again.
        if earlier := IdempotencyKey.objects.filter(principal=principal, key=key).first():
            if bytes(earlier.request_hash) != request_hash:
                raise KeyReused
            return Claim(pk=earlier.pk, first=False, earlier=earlier.answer)


def fingerprint(asked: Any) -> bytes:
    """SHA-256 of a request in canonical JSON: equal content, equal bytes."""
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).digest()

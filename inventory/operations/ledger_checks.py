"""Proving that ledger and balances agree."""

import json
import time
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now

from inventory.invariants import INVARIANTS, PROVE_LEVELS
from inventory.models import LedgerCheck, StockLevel

_SHOWN = 100


@transaction.atomic
def check_ledger(*, full: bool = False) -> LedgerCheck | None:
    """Prove every level from where it was proved last, or (`full`) from its first movement.

    Returns the stored result, or `None` when another check is running just now.
    """
    began = time.monotonic()
    with connection.cursor() as cursor:
        # Two at once would only do the same work twice.
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('inventory_ledgercheck'))")
        if cursor.fetchone() == (False,):
            return None
        cursor.execute(PROVE_LEVELS, {"full": full})
        [(levels, proved, lines, ledger_units, balance_units, findings)] = cursor.fetchall()
        findings = json.loads(findings) if isinstance(findings, str) else findings
        differences = levels - proved
        if full:
            others = _other_findings(cursor)
            differences += len(others)
            findings = [*findings, *others][:_SHOWN]
    check = LedgerCheck.objects.create(
        full=full,
        seconds=time.monotonic() - began,
        movements_read=lines,
        levels_proved=proved,
        levels=levels,
        ledger_units=ledger_units,
        balance_units=balance_units,
        differences=differences,
        findings=findings,
    )
    _forget_old_checks()
    return check


def _other_findings(cursor: CursorWrapper) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for invariant in INVARIANTS:
        cursor.execute(invariant.sql)
        broken = StockLevel.objects.filter(pk__in=[level for (level,) in cursor.fetchall()])
        found += [
            {"level": level, "sku": sku, "place": place, "why": invariant.why}
            for level, sku, place in broken.order_by("pk").values_list(
                "pk", "item__sku", "location__code"
            )
        ]
    return found


def _forget_old_checks() -> None:
    """One a minute adds up: a clean one is kept for a day."""
    LedgerCheck.objects.filter(
        full=False, differences=0, started_at__lt=Now() - timedelta(days=1)
    ).delete()

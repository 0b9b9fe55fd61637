"""What the stockroom says in /readyz."""

from inventory.models import LedgerCheck
from pages.probes import Word, probe


@probe("ledger")
def ledger() -> Word:
    """Whether ledger and balances agreed when they were checked last."""
    latest = LedgerCheck.objects.order_by("-pk").first()
    if latest is None:
        return Word(word="unchecked", ok=True, detail="No check has run yet.")
    if latest.proved:
        return Word(word="ok", ok=True, detail=f"{latest.levels_proved} levels proved.")
    return Word(word="differs", ok=False, detail=f"{latest.differences} differences.")

"""What the clock starts in the stockroom."""

from celery import shared_task

from inventory import operations


@shared_task(name="inventory.schedule.check_ledger")
def check_ledger() -> None:
    operations.check_ledger()


@shared_task(name="inventory.schedule.check_ledger_full")
def check_ledger_full() -> None:
    operations.check_ledger(full=True)


@shared_task(name="inventory.schedule.expire_holds")
def expire_holds() -> None:
    operations.expire_holds()


@shared_task(name="inventory.schedule.refresh_low_stock")
def refresh_low_stock() -> None:
    operations.refresh_low_stock()

"""Which role may do what, as Backroom delivers it. docs/roles.md shows it as a table.

Permissions are named by text, for their models live in packages above this one.
"""

_LOOK_AT_STOCK = (
    "inventory.view_item",
    "inventory.view_barcode",
    "inventory.view_pack",
    "inventory.view_category",
    "inventory.view_unit",
    "inventory.view_location",
    "inventory.view_reason",
    "inventory.view_stocklevel",
    "inventory.view_stockmovement",
    "inventory.view_hold",
    "inventory.view_allocation",
    "inventory.view_lot",
)
_PROMISE_STOCK = ("inventory.hold_stock",)
_MOVE_STOCK = (
    "inventory.receive_stock",
    "inventory.ship_stock",
    "inventory.return_stock",
    "inventory.adjust_stock",
    "inventory.reverse_stock",
    "inventory.allocate_stock",
    "inventory.move_stock",
    "inventory.count_stock",
    "inventory.quarantine_stock",
    "inventory.scrap_stock",
)
_KEEP_ITEMS = (
    "inventory.add_item",
    "inventory.change_item",
    "inventory.add_barcode",
    "inventory.change_barcode",
    "inventory.delete_barcode",
    "inventory.add_pack",
    "inventory.change_pack",
    "inventory.delete_pack",
)
_RUN_THE_HOUSE = (
    "inventory.add_category",
    "inventory.change_category",
    "inventory.delete_category",
    "inventory.add_unit",
    "inventory.change_unit",
    "inventory.add_location",
    "inventory.change_location",
    "inventory.change_lot",
    "inventory.add_reason",
    "inventory.change_reason",
    "inventory.view_ledgercheck",
    "inventory.view_lowstock",
    "jobs.view_effect",
    "jobs.change_effect",
)
_KEEP_PEOPLE = (
    "accounts.view_user",
    "accounts.add_user",
    "accounts.change_user",
    "accounts.view_role",
    "accounts.add_role",
    "accounts.change_role",
    "accounts.delete_role",
    "inventory.view_grant",
    "inventory.add_grant",
    "inventory.change_grant",
    "inventory.delete_grant",
    "jobs.view_outboxevent",
    "jobs.view_idempotencykey",
)

WAREHOUSE = frozenset(_LOOK_AT_STOCK + _PROMISE_STOCK + _MOVE_STOCK)
PURCHASING = frozenset((*_LOOK_AT_STOCK, *_KEEP_ITEMS, "inventory.receive_stock"))
SUPPORT = frozenset(_LOOK_AT_STOCK + _PROMISE_STOCK)
SUPERVISOR = WAREHOUSE | PURCHASING | frozenset(_RUN_THE_HOUSE)
DEVELOPER = frozenset({"inventory.view_item", "inventory.view_stocklevel"})
ADMIN = SUPERVISOR | frozenset(_KEEP_PEOPLE)

ROLES: dict[str, frozenset[str]] = {
    "Warehouse": WAREHOUSE,
    "Purchasing": PURCHASING,
    "Support": SUPPORT,
    "Supervisor": SUPERVISOR,
    "Developer": DEVELOPER,
    "Admin": ADMIN,
}

# Roles whose people work in the admin too; the flag itself stands with the person.
STAFF = frozenset({"Supervisor", "Admin"})

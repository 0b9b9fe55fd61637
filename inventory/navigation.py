"""What the stockroom puts into the navigation."""

from pages.navigation import Entry, register

register(
    Entry(
        label="Items",
        url_name="inventory:item-list",
        icon="items",
        order=20,
        permission="inventory.view_item",
    )
)
register(
    Entry(
        label="Movements",
        url_name="inventory:movement-list",
        icon="movements",
        order=30,
        permission="inventory.view_stockmovement",
    )
)
register(
    Entry(
        label="Lots",
        url_name="inventory:lot-list",
        icon="lot",
        order=35,
        permission="inventory.view_lot",
    )
)
register(
    Entry(
        label="Holds",
        url_name="inventory:hold-list",
        icon="hold",
        order=40,
        permission="inventory.view_hold",
    )
)

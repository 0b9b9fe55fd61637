from inventory.views.acts import (
    adjust_stock,
    move_stock,
    quarantine_stock,
    receive_stock,
    restore_stock,
    return_stock,
    scrap_stock,
    ship_stock,
)
from inventory.views.allocations import deallocate_stock
from inventory.views.carrying import move_load
from inventory.views.counted import count_stock
from inventory.views.counting import count_place
from inventory.views.holds import (
    change_hold,
    confirm_hold,
    extend_hold,
    hold_detail,
    hold_list,
    hold_stock,
    release_hold,
)
from inventory.views.item import change_picture, item_detail, item_new
from inventory.views.items import item_list
from inventory.views.lots import lot_detail, lot_list
from inventory.views.movements import movement_list
from inventory.views.moving import move_everything
from inventory.views.pictures import picture
from inventory.views.places import place_detail, place_list
from inventory.views.proof import ledger_proof
from inventory.views.reversal import reverse_movement

__all__ = [
    "adjust_stock",
    "change_hold",
    "change_picture",
    "confirm_hold",
    "count_place",
    "count_stock",
    "deallocate_stock",
    "extend_hold",
    "hold_detail",
    "hold_list",
    "hold_stock",
    "item_detail",
    "item_list",
    "item_new",
    "ledger_proof",
    "lot_detail",
    "lot_list",
    "move_everything",
    "move_load",
    "move_stock",
    "movement_list",
    "picture",
    "place_detail",
    "place_list",
    "quarantine_stock",
    "receive_stock",
    "release_hold",
    "restore_stock",
    "return_stock",
    "reverse_movement",
    "scrap_stock",
    "ship_stock",
]

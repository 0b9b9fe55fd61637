"""Pages of the stockroom."""

from django.urls import path, re_path

from inventory import views

app_name = "inventory"
urlpatterns = [
    path("items", views.item_list, name="item-list"),
    path("items/new", views.item_new, name="item-new"),
    path("items/<int:pk>", views.item_detail, name="item-detail"),
    path("items/<int:pk>/picture", views.change_picture, name="change-picture"),
    path("items/<int:pk>/receive", views.receive_stock, name="receive-stock"),
    path("items/<int:pk>/ship", views.ship_stock, name="ship-stock"),
    path("items/<int:pk>/return", views.return_stock, name="return-stock"),
    path("items/<int:pk>/adjust", views.adjust_stock, name="adjust-stock"),
    path("items/<int:pk>/count", views.count_stock, name="count-stock"),
    path("items/<int:pk>/move", views.move_stock, name="move-stock"),
    path("items/<int:pk>/set-apart", views.quarantine_stock, name="quarantine-stock"),
    path("items/<int:pk>/restore", views.restore_stock, name="restore-stock"),
    path("items/<int:pk>/scrap", views.scrap_stock, name="scrap-stock"),
    path("items/<int:pk>/hold", views.hold_stock, name="hold-stock"),
    path("places", views.place_list, name="place-list"),
    path("places/<int:pk>", views.place_detail, name="place-detail"),
    path("places/<int:pk>/count", views.count_place, name="count-place"),
    path("places/<int:pk>/move-all", views.move_everything, name="move-everything"),
    path("move", views.move_load, name="move-load"),
    path("holds", views.hold_list, name="hold-list"),
    path("holds/<int:pk>", views.hold_detail, name="hold-detail"),
    path("holds/<int:pk>/extend", views.extend_hold, name="extend-hold"),
    path("holds/<int:pk>/change", views.change_hold, name="change-hold"),
    path("holds/<int:pk>/release", views.release_hold, name="release-hold"),
    path("holds/<int:pk>/confirm", views.confirm_hold, name="confirm-hold"),
    path("allocations/<int:pk>/give-back", views.deallocate_stock, name="deallocate-stock"),
    path("lots", views.lot_list, name="lot-list"),
    path("lots/<int:pk>", views.lot_detail, name="lot-detail"),
    path("movements", views.movement_list, name="movement-list"),
    path("movements/<int:pk>/reverse", views.reverse_movement, name="reverse-movement"),
    path("ledger", views.ledger_proof, name="ledger-proof"),
    re_path(
        r"^pictures/(?P<sha256>[0-9a-f]{64})/(?P<size>full|thumb)$", views.picture, name="picture"
    ),
]

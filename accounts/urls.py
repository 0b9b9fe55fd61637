"""Signing in and out, and passwords: of allauth's addresses only those that are used.

There is none for signing up, and none for the addresses of a person, which an Admin keeps.
"""

from django.urls import path, re_path

from accounts import views

urlpatterns = [
    path("login/", views.sign_in, name="account_login"),
    path("logout/", views.sign_out, name="account_logout"),
    path("invitation/<str:token>/", views.accept_invitation, name="account_invitation"),
    path("password/change/", views.change_password, name="account_change_password"),
    path("password/reset/", views.reset_password, name="account_reset_password"),
    path("password/reset/done/", views.reset_password_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        views.choose_password_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        views.choose_password,
        name="account_reset_password_from_key",
    ),
]

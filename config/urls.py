"""Which package answers which address."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("pages.urls")),
    path("", include("inventory.urls")),
    path("", include("jobs.urls")),
    path("account/", include("accounts.urls")),
    path("admin/", admin.site.urls),
]

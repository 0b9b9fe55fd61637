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

# 409, 422 and 503 have pages too: `pages.errors.Refusal` and `pages.outages`.
handler400 = "pages.errors.handler400"
handler403 = "pages.errors.handler403"
handler404 = "pages.errors.handler404"
handler429 = "accounts.views.throttled.handler429"  # asked for by allauth
handler500 = "pages.errors.handler500"

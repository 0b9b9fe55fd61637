"""Today, search, scan and the probes."""

from django.urls import path

from pages import views

app_name = "pages"
urlpatterns = [
    path("", views.today, name="today"),
    path("search", views.search, name="search"),
    path("scan", views.scan, name="scan"),
    path("readyz", views.readyz, name="readyz"),
]

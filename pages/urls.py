"""Today, search, scan and the probes."""

from django.urls import path

from pages import views

app_name = "pages"
urlpatterns = [
    path("", views.today, name="today"),
    path("livez", views.livez, name="livez"),
]

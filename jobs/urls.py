"""Pages about what outlives a request."""

from django.urls import URLPattern

app_name = "jobs"
urlpatterns: list[URLPattern] = []

"""Pages about what outlives a request."""

from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("effects", views.parked, name="parked"),
    path("effects/try-again", views.try_all_again, name="try-all-again"),
    path("effects/<int:pk>/try-again", views.try_again, name="try-again"),
]

"""Signing in and out, and passwords."""

from django.urls import include, path

urlpatterns = [path("", include("allauth.account.urls"))]

"""Addresses of the front page and a trust's home."""

from django.urls import path

from trusts import views

app_name = "trusts"
urlpatterns = [
    path("", views.index, name="index"),
    path("healthz", views.healthz, name="healthz"),
    path("trusts/<slug:slug>/", views.home, name="home"),
]

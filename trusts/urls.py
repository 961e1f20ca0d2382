"""Addresses of the front page and a trust's home."""

from django.urls import path

from trusts import views

app_name = "trusts"
urlpatterns = [
    path("", views.index, name="index"),
    path("healthz", views.healthz, name="healthz"),
    path("trusts/<slug:slug>/", views.home, name="home"),
    # Before allauth's page of this address, where people would change what they sign in with.
    path("accounts/email/", views.not_here, name="no_email_page"),
]

"""Addresses of the frameworks, readable without signing in."""

from django.urls import path

from frameworks import crosswalk_views, views

app_name = "frameworks"
urlpatterns = [
    path("frameworks/", views.index, name="index"),
    path("frameworks/search/", views.search, name="search"),
    path("frameworks/<slug:key>/<slug:edition>/", views.detail, name="detail"),
    path(
        "frameworks/<slug:key>/<slug:edition>/elements/<str:code>/", views.element, name="element"
    ),
    path(
        "frameworks/<slug:key>/<slug:edition>/crosswalk/<slug:other_key>/<slug:other_edition>/",
        crosswalk_views.crosswalk,
        name="crosswalk",
    ),
]

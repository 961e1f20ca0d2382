"""Addresses of the frameworks, readable without signing in, and of the operator's wording packs."""

from django.urls import path

from frameworks import crosswalk_views, edition_views, views, wording_views

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
    path("frameworks/<slug:key>/<slug:edition>/changes/", edition_views.changes, name="changes"),
    path("frameworks/<slug:key>/<slug:edition>/wording/", wording_views.wording, name="wording"),
    path(
        "frameworks/<slug:key>/<slug:edition>/wording.xlsx",
        wording_views.sheet,
        name="wording_sheet",
    ),
    path(
        "frameworks/<slug:key>/<slug:edition>/wording/remove/",
        wording_views.remove,
        name="remove_wording",
    ),
]

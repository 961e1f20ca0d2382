"""Addresses of assessments and their ratings."""

from django.urls import path

from assessments import crosswalk_views, grid_views, rating_views, views

app_name = "assessments"
urlpatterns = [
    path("trusts/<slug:slug>/assessments/new/", views.create, name="create"),
    path("assessments/<int:pk>/", views.detail, name="detail"),
    path("assessments/<int:pk>/results/", views.results, name="results"),
    path(
        "assessments/<int:pk>/crosswalk/<slug:key>/<slug:edition>/",
        crosswalk_views.crosswalk,
        name="crosswalk",
    ),
    path("assessments/<int:pk>/edit/", views.edit, name="edit"),
    path("assessments/<int:pk>/agree/", views.agree, name="agree"),
    path("assessments/<int:pk>/reopen/", views.reopen, name="reopen"),
    path("assessments/<int:pk>/grid/", grid_views.grid, name="grid"),
    path("assessments/<int:pk>/elements/<str:code>/", rating_views.rate, name="rate"),
]

"""Addresses of assessments and their ratings."""

from django.urls import path

from assessments import (
    collecting_views,
    comparison_views,
    crosswalk_views,
    grid_views,
    meeting_views,
    own_framework_views,
    rating_views,
    respond_views,
    spread_views,
    views,
)

app_name = "assessments"
urlpatterns = [
    path("trusts/<slug:slug>/assessments/new/", views.create, name="create"),
    path(
        "trusts/<slug:slug>/assessments/compare/",
        comparison_views.compare_assessments,
        name="compare",
    ),
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
    path("assessments/<int:pk>/open/", collecting_views.open_views, name="open"),
    path("assessments/<int:pk>/collecting/", collecting_views.collecting, name="collecting"),
    path("assessments/<int:pk>/close/", collecting_views.close_views, name="close"),
    path("assessments/<int:pk>/mine/", respond_views.mine, name="mine"),
    path("assessments/<int:pk>/mine/all/", respond_views.respond_all, name="respond_all"),
    path("assessments/<int:pk>/mine/<str:code>/", respond_views.respond, name="respond"),
    path("assessments/<int:pk>/spread/", spread_views.spread, name="spread"),
    path("assessments/<int:pk>/meeting/", meeting_views.meeting, name="meeting"),
    path("assessments/<int:pk>/meeting/<str:code>/", meeting_views.meet, name="meet"),
    path("assessments/<int:pk>/follow/", meeting_views.follow, name="follow"),
    path("assessments/<int:pk>/elements/<str:code>/", rating_views.rate, name="rate"),
    path("trusts/<slug:slug>/frameworks/", own_framework_views.index, name="own_frameworks"),
    path("trusts/<slug:slug>/frameworks/new/", own_framework_views.upload, name="upload_framework"),
    path(
        "trusts/<slug:slug>/frameworks/template.xlsx",
        own_framework_views.download_template,
        name="framework_template",
    ),
    path(
        "trusts/<slug:slug>/frameworks/uploads/<int:pk>/",
        own_framework_views.decide,
        name="framework_upload",
    ),
    path(
        "trusts/<slug:slug>/frameworks/<int:pk>/remove/",
        own_framework_views.remove,
        name="remove_framework",
    ),
]

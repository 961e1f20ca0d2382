"""The service's addresses, and beside them the least that a page or a save could be."""

from django.urls import include, path

from bench import views

urlpatterns = [
    path("bench/view/", views.bare_view, name="bare_view"),
    path("bench/update/<int:pk>/", views.bare_update, name="bare_update"),
    path("", include("trustquality.urls")),
]

"""Addresses of documents: the action plan's, and those that were issued."""

from django.urls import path

from reports import framework_views, history_views, views

app_name = "reports"
urlpatterns = [
    path("plans/<int:pk>/report/", views.plan, name="plan"),
    path("plans/<int:pk>/report.pdf", views.plan_pdf, name="plan_pdf"),
    path("plans/<int:pk>/issue/", views.issue, name="issue"),
    path("reports/<int:pk>.pdf", views.issued, name="issued"),
    path("trusts/<slug:slug>/reports/", views.index, name="index"),
    path("trusts/<slug:slug>/history.csv", history_views.of_trust, name="history_csv"),
    path(
        "trusts/<slug:slug>/history/<slug:what>/<int:pk>.csv",
        history_views.of_thing,
        name="history_of_csv",
    ),
    path(
        "frameworks/<slug:key>/<slug:edition>/framework.json",
        framework_views.as_json,
        name="framework_json",
    ),
]

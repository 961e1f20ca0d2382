"""Addresses of documents: the action plan's, a peer review's, and those that were issued."""

from django.urls import path

from reports import framework_views, history_views, review_views, views

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
    path("reviews/<int:pk>/report/", review_views.review, name="review"),
    path("reviews/<int:pk>/report.pdf", review_views.review_pdf, name="review_pdf"),
    path("reviews/<int:pk>/report.docx", review_views.review_word, name="review_word"),
    path("reviews/<int:pk>/report.xlsx", review_views.review_excel, name="review_excel"),
    path("reviewing/<int:pk>/plan/", review_views.shared_plan, name="shared_plan"),
    path(
        "frameworks/<slug:key>/<slug:edition>/framework.json",
        framework_views.as_json,
        name="framework_json",
    ),
]

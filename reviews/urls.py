"""Addresses of peer reviews: the reviewed trust's below `reviews/`, the reviewers' `reviewing/`."""

from django.urls import URLPattern

app_name = "reviews"
urlpatterns: list[URLPattern] = [
    # Inviting, and taking up an invitation.
    # Reviewing, and talking.
    # Answering, and closing.
]

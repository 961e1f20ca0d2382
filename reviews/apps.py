"""The reviews app: peer review."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Registers the app."""

    name = "reviews"

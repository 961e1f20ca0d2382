"""The reviews app: peer review."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Registers the app, what the history tells of it, and what it keeps about people."""

    name = "reviews"

    def ready(self) -> None:
        from reviews import history_kinds, personal_data, retention  # noqa: F401

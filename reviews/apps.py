"""The reviews app: peer review."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Registers what the app tells the history and keeps about people, and how others read it."""

    name = "reviews"

    def ready(self) -> None:
        from reviews import history_kinds, personal_data, retention, sources  # noqa: F401

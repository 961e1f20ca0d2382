"""The reviews app: peer review."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Registers what the app tells others: home page, second factors, history, privacy, sources."""

    name = "reviews"

    def ready(self) -> None:
        from reviews import (  # noqa: F401
            choices,
            history_kinds,
            home_panel,
            personal_data,
            retention,
            second_factor,
            sources,
        )

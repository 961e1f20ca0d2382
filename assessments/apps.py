"""The assessments app: a board rating itself."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Registers the app and its part of the home page."""

    name = "assessments"

    def ready(self) -> None:
        from assessments import home_panel  # noqa: F401

"""The assessments app: a board rating itself."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Registers the app, its part of the home page and who reads a trust's own frameworks."""

    name = "assessments"

    def ready(self) -> None:
        from assessments import (  # noqa: F401
            framework_access,
            history_kinds,
            home_panel,
            personal_data,
            retention,
        )

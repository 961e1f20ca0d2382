"""The assessments app: a board rating itself."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Registers what others are told: home page, history, privacy, retention, names of choices."""

    name = "assessments"

    def ready(self) -> None:
        from assessments import (  # noqa: F401
            choices,
            framework_access,
            history_kinds,
            home_panel,
            personal_data,
            retention,
        )

"""The plans app: action plans."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Registers the app, its part of the home page and what people leave behind in it."""

    name = "plans"

    def ready(self) -> None:
        from plans import (  # noqa: F401
            choices,
            handover,
            history_kinds,
            home_panel,
            origins,
            personal_data,
        )

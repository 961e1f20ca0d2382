"""The plans app: action plans."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Registers the app and its part of the home page."""

    name = "plans"

    def ready(self) -> None:
        from plans import home_panel  # noqa: F401

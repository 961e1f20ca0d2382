"""The reports app: every document that leaves."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Registers the app and its part of the home page."""

    name = "reports"

    def ready(self) -> None:
        from reports import home_panel, personal_data  # noqa: F401

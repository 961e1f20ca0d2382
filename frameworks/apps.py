"""The frameworks app: what publishers wrote."""

from django.apps import AppConfig


class FrameworksConfig(AppConfig):
    """Registers the app."""

    name = "frameworks"

"""The plans app: action plans."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Registers the app."""

    name = "plans"

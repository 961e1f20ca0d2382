"""The assessments app: a board rating itself."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Registers the app."""

    name = "assessments"

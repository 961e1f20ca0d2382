"""The trusts app: who: users, trusts, memberships."""

from django.apps import AppConfig


class TrustsConfig(AppConfig):
    """Registers the app."""

    name = "trusts"

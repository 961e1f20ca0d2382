"""The trusts app: who: users, trusts, memberships."""

from django.apps import AppConfig


class TrustsConfig(AppConfig):
    """Registers the app, and what follows from signing in."""

    name = "trusts"
    verbose_name = "People and trusts"

    def ready(self) -> None:
        from trusts import (  # noqa: F401
            account_data,
            erasing,
            history_kinds,
            people_panel,
            retention_kinds,
            second_factor,
            sessions,
            sign_in,
            sign_in_log,
        )

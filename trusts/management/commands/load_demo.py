"""`manage.py load_demo`: two made-up trusts to look around in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from trusts import demo


class Command(BaseCommand):
    help = "Loads the demo trusts and the frameworks that they use, unless they are here already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reset",
            action="store_true",
            help="Put the demo trusts back as they were, and lose what was changed in them.",
        )

    def handle(self, *args: Any, reset: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "The demo does not load under production settings: everybody knows its "
                "password. Nothing was changed. On a machine of your own set "
                "TRUSTQUALITY_ENV=local."
            )
        told = self._load(reset=reset)
        if options["verbosity"]:
            self.stdout.write(told)

    def _load(self, *, reset: bool) -> str:
        if demo.is_loaded() and not reset:
            return (
                "The demo trusts are here already; nothing was changed. "
                "--reset puts them back as they were."
            )
        # By name, as the fixture names its models: this layer imports nothing of frameworks.
        call_command("load_frameworks", verbosity=0)
        if reset:
            demo.reset()
        else:
            demo.load()
        sign_ins = "\n".join(f"  {email}" for email in demo.SIGN_INS)
        return (
            f"The demo trusts are loaded. All sign-ins have the password {demo.PASSWORD}:\n"
            f"{sign_ins}"
        )

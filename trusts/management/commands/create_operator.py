"""manage.py create_operator: the first person of a new installation."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from trusts.models import User


class Command(createsuperuser.Command):
    """`createsuperuser` that never asks twice, so that a start script may always run it."""

    help = "Ask for the first operator's email address, name and password, unless there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(is_superuser=True, is_active=True).exists():
            return
        if options["interactive"] and not self.stdin.isatty():
            self.stdout.write(
                "There is no operator yet and nobody to ask here. "
                "Make one in a terminal: .venv/bin/python manage.py create_operator"
            )
            return
        if options["interactive"]:
            self.stdout.write("There is no operator yet. Who is to set up trusts and people?")
        super().handle(*args, **options)

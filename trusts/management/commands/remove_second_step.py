"""manage.py remove_second_step: for the operator who has lost their own."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trusts.models import User
from trusts.second_factor import remove_all
from trusts.sessions import end_all


class Command(BaseCommand):
    """Everybody else is helped in the operator's area; this is for who cannot get into it."""

    help = "Take every passkey, app and recovery code off a person who has lost them all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address that the person signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take them off and end the person's sessions.

        Raises:
            CommandError: nobody has this address.
        """
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['email']}.")
        count = remove_all(user)
        end_all(user)
        self.stdout.write(f"{count} taken off. {user} signs in with the password alone now.")

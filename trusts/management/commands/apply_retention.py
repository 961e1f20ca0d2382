"""`manage.py apply_retention`: let go what need not be kept any longer."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, models

from trusts.retention import Kind, kinds


class Command(BaseCommand):
    help = (
        "Prints how much of each kind has been kept long enough (docs/privacy.md). "
        "With --delete it goes. Safe to repeat and to run every night."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--delete",
            action="store_true",
            help="Let it go, each kind wholly or not at all. Nothing brings it back.",
        )

    def handle(self, *args: Any, delete: bool, **options: Any) -> None:
        """Count, or let go.

        Raises:
            CommandError: a kind could not go; the others have.
        """
        failed = []
        for kind in kinds():
            try:
                count = kind.apply() if delete else kind.count()
            except (DatabaseError, models.ProtectedError, models.RestrictedError) as fault:
                failed.append(f"{kind.label}: {type(fault).__name__}")
            else:
                self.stdout.write(_line(kind, count, done=delete))
        if failed:
            raise CommandError("These could not go, and are as they were:\n" + "\n".join(failed))
        if not delete:
            self.stdout.write("Nothing was changed. With --delete it is.")


def _line(kind: Kind, count: int, *, done: bool) -> str:
    days = f"{kind.how_long} after {kind.after}"
    becomes = kind.becomes if done else f"to be {kind.becomes}"
    return f"{count:>7} {becomes}: {kind.label} ({days})"

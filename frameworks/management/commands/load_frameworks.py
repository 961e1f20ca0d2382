"""manage.py load_frameworks: every framework that the service ships with."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

# The one list of them; a framework comes after those that it is aligned with.
FIXTURES = ("cst_strong_trusts",)


class Command(BaseCommand):
    """All in one transaction, and safe to repeat: a broken fixture changes nothing."""

    help = "Load every framework, or bring it up to date; safe to run again at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("loaddata", *FIXTURES, verbosity=options["verbosity"], stdout=self.stdout)

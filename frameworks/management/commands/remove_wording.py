"""manage.py remove_wording: back to our own words."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from frameworks.management.naming import add_framework_arguments, find_framework
from frameworks.wording import remove_pack


class Command(BaseCommand):
    """Safe to run again: without a pack nothing changes."""

    help = "Take a publisher's wording out, so that every statement stands in our words again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_framework_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        framework = find_framework(options["framework"], options["edition"])
        remove_pack(framework=framework)
        if options["verbosity"]:
            self.stdout.write(f"{framework}: every statement stands in our words.")

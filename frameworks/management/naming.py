"""How commands name one edition of one framework."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import CommandError

from frameworks.models import Framework
from frameworks.wording import published_frameworks


def add_framework_arguments(parser: ArgumentParser) -> None:
    """What names one edition of one framework."""
    parser.add_argument("framework", help="Its key, as in its address.")
    parser.add_argument("edition", help="Year and month, such as 2023-09.")


def find_framework(key: str, edition: str) -> Framework:
    """The published framework of these names.

    Raises:
        CommandError: there is none; it lists those there are.
    """
    published = published_frameworks()
    try:
        return published.get(key=key, edition=edition)
    except Framework.DoesNotExist as fault:
        there = [f"{one.key} {one.edition}" for one in published.order_by("key", "edition")]
        listed = "\n".join(["There are:", *there]) if there else "None is loaded yet."
        raise CommandError(f"There is no framework {key} {edition}. {listed}") from fault

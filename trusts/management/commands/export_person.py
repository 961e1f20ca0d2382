"""`manage.py export_person`: a person's own data as a file, where they cannot fetch it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from trusts.commands import operator_named, person_named, write_down
from trusts.privacy import export


class Command(BaseCommand):
    help = (
        "Prints all that is kept about a person, as they may fetch it from their own account, "
        "and writes down that an operator looked. Send it to nobody but them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="By which the person signs in.")
        parser.add_argument("--by", required=True, help="Your own address, as an operator.")

    def handle(self, *args: Any, email: str, by: str, **options: Any) -> None:
        operator, person = operator_named(by), person_named(email)
        write_down(f"export_person {person.pk}", by=operator)
        self.stdout.write(json.dumps(export(person), ensure_ascii=False, indent=2))

"""manage.py load_wording: a publisher's wording from a filled-in sheet."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from frameworks.management.naming import add_framework_arguments, find_framework
from frameworks.wording import FaultyPack, load_pack
from frameworks.wording_forms import SourceField
from sheets.reading import SheetRow, UnreadableSheet, read_workbook


class Command(BaseCommand):
    """What the wording page does, with every fault on a line of its own."""

    help = (
        "Load a publisher's wording in place of what was loaded before; "
        "a sheet with a fault changes nothing. docs/wording-packs.md says more."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_framework_arguments(parser)
        parser.add_argument("file", type=Path, help="The filled-in sheet, an .xlsx file.")
        parser.add_argument(
            "--source",
            required=True,
            help="Where the words are from and by what right you use them.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        framework = find_framework(options["framework"], options["edition"])
        try:
            source = SourceField().clean(options["source"])
            coverage = load_pack(
                framework=framework, sheets=_read(options["file"]), source=source, by=None
            )
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        except FaultyPack as refusal:
            raise CommandError(f"Nothing was changed.\n{refusal}") from refusal
        if options["verbosity"]:
            self.stdout.write(
                f"{framework}: the publisher’s words are loaded for {coverage.loaded} of "
                f"{coverage.total} statements."
            )


def _read(path: Path) -> dict[str, list[SheetRow]]:
    try:
        with path.open("rb") as file:
            return read_workbook(file)
    except OSError as fault:
        raise CommandError(f"{path}: {fault.strerror}") from fault
    except UnreadableSheet as refusal:
        raise CommandError(f"{path}: {refusal}") from refusal

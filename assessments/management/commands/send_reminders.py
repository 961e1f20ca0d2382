"""manage.py send_reminders: for a timer that runs once a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from assessments.collecting import due_for_a_reminder
from assessments.models import Respondent
from assessments.view_mails import REMINDED, post

PATIENCE = timedelta(minutes=30).total_seconds()


class Command(BaseCommand):
    """Safe to repeat: who was written to in the last two days is not written to again."""

    help = "Write to whoever has not given a view that is due within a week; run it once a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Say how many mails would go, and send none."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SITE_ADDRESS:
            raise CommandError("Set SITE_ADDRESS: the mails carry links to the service.")
        due = list(
            due_for_a_reminder(Respondent.objects.all(), now=timezone.now()).select_related(
                "user", "assessment__trust", "assessment__framework"
            )
        )
        if options["dry_run"]:
            self.stdout.write(f"{len(due)} would be written to.")
            return
        sent, unsent = post(_still_due(due), kind=REMINDED, link=_whole, patience=PATIENCE)
        self.stdout.write(f"{len(sent)} written to.")
        if unsent:
            raise CommandError(f"{len(unsent)} could not be written to; the log says why.")


def _still_due(due: Iterable[Respondent]) -> Iterator[Respondent]:
    """Those who are due when their turn comes: half an hour is long enough to finish."""
    for one in due:
        if due_for_a_reminder(Respondent.objects.filter(pk=one.pk), now=timezone.now()):
            yield one


def _whole(path: str) -> str:
    return str(settings.SITE_ADDRESS).rstrip("/") + path

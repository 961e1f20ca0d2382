"""manage.py load_frameworks: every framework that the service ships with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from frameworks.models import Framework
from frameworks.shipped import FrameworkKey, framework_fixtures
from frameworks.soundness import FrameworkRows, faults_of


class Command(BaseCommand):
    """All in one transaction, and safe to repeat: a broken or unsound fixture changes nothing."""

    help = "Load every framework, or bring it up to date; safe to run again at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        fixtures = framework_fixtures(settings.FIXTURE_DIRS)
        paths = [str(fixture.path) for fixture in fixtures]
        loaded = {key for fixture in fixtures for key in fixture.frameworks}
        with transaction.atomic():
            call_command("loaddata", *paths, verbosity=options["verbosity"], stdout=self.stdout)
            faults = list(_faults_among(loaded))
            if faults:
                raise CommandError("\n".join(["Nothing was changed.", *faults]))


def _faults_among(keys: Iterable[FrameworkKey]) -> Iterator[str]:
    for framework in Framework.objects.filter(is_published=True).order_by("key", "edition"):
        if framework.natural_key() in keys:
            for fault in faults_of(FrameworkRows.of(framework)):
                yield f"{framework}: {fault}"

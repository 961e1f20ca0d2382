"""`manage.py anonymise_person`: end an account for good, where its owner cannot."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trusts.commands import operator_named, person_named, write_down
from trusts.handover import belongings
from trusts.models import User
from trusts.privacy import StillLeads, anonymise, say_goodbye


class Command(BaseCommand):
    help = (
        "Says what ends with a person's account. With --delete it ends: places in trusts, ways "
        "in, name and address go, and the record says “Former member”. Nothing brings it back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="By which the person signs in.")
        parser.add_argument("--by", required=True, help="Your own address, as an operator.")
        parser.add_argument("--delete", action="store_true", help="End it. Else only say what.")

    def handle(self, *args: Any, email: str, by: str, delete: bool, **options: Any) -> None:
        """Say what ends, or end it.

        Raises:
            CommandError: nobody else leads a trust of theirs; nothing is changed.
        """
        operator, person = operator_named(by), person_named(email)
        if not delete:
            self._say_what(person)
            return
        try:
            anonymise(person=person, by=operator)
        except StillLeads as fault:
            raise CommandError(_first(fault)) from fault
        write_down(f"anonymise_person {person.pk}", by=operator)
        say_goodbye(email=person.email, name=person.name)
        self.stdout.write(f"Done. They are former member number {person.pk} now.")

    def _say_what(self, person: User) -> None:
        self.stdout.write(f"{person} ({person.email}), number {person.pk}:")
        for membership in person.memberships.select_related("trust"):
            heaps = belongings(membership.trust).get(person.pk, [])
            stays = f"; in the plan stay {', '.join(map(str, heaps))}" if heaps else ""
            role = membership.get_role_display().lower()
            self.stdout.write(f"  leaves {membership.trust}, as {role} until now{stays}")
        self.stdout.write("  can no longer sign in; the record says “Former member”")
        self.stdout.write("  names within texts that people wrote stay: no program finds them")
        self.stdout.write("Nothing was changed. With --delete it is, for good.")


def _first(fault: StillLeads) -> str:
    trusts = ", ".join(map(str, fault.trusts))
    return (
        f"They are the only governance lead of {trusts}. Let somebody else lead first. Where "
        "nobody is left to, take away in the operator’s area that they may sign in; then this "
        "command goes on. Nothing was changed."
    )

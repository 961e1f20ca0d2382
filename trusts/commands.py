"""What commands about people share: who is meant, by whom, and that it is written down."""

from __future__ import annotations

from django.core.management.base import CommandError

from trusts.account_data import COMMAND
from trusts.models import OperatorLook, User


def person_named(email: str) -> User:
    """The person who signs in by this address.

    Raises:
        CommandError: nobody does.
    """
    person = User.objects.filter(email__iexact=email.strip()).first()
    if person is None:
        raise CommandError(f"Nobody signs in by {email}. Nothing was changed.")
    return person


def operator_named(email: str) -> User:
    """The operator who gives the command.

    Raises:
        CommandError: there is none of this address.
    """
    operator = User.objects.filter(email__iexact=email.strip(), is_staff=True, is_active=True)
    if (found := operator.first()) is None:
        raise CommandError(f"No operator signs in by {email}. Nothing was changed.")
    return found


def write_down(what: str, *, by: User) -> None:
    """Keep that an operator looked at or changed a person, as their pages do."""
    OperatorLook.objects.create(operator=by, method=COMMAND, path=what)

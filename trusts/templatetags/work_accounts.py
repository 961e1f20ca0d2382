"""What pages say of work accounts."""

from __future__ import annotations

from django import template
from django.conf import settings

from trusts.linked_accounts import LinkedAccount, linked_accounts_of
from trusts.models import User
from trusts.work_account_settings import WorkAccountProvider

register = template.Library()


@register.simple_tag
def work_account_providers() -> tuple[WorkAccountProvider, ...]:
    """Whose work accounts people may sign in with; none where none is set."""
    return tuple(settings.WORK_ACCOUNTS)


@register.simple_tag
def work_accounts_of(user: User) -> list[LinkedAccount]:
    """The work accounts that a person has linked; one query."""
    return linked_accounts_of(user)

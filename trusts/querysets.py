"""The one door: what a person may see, for every model that belongs to a trust."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.db import models

if TYPE_CHECKING:
    from trusts.models import Invitation, Membership, Trust, User

Owned = TypeVar("Owned", bound=models.Model)


class TrustOwnedQuerySet(models.QuerySet[Owned]):
    """Rows that belong to one trust, reached from the row by `path_to_trust`."""

    path_to_trust = "trust"

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The rows of the trusts that the user is a member of.

        Those of a trust that requires a second factor only where the user has shown one.
        """
        return self._of_trusts_of(user, f"{self.path_to_trust}__")

    def _of_trusts_of(self, user: User | AnonymousUser, prefix: str) -> Self:
        if not user.is_authenticated:
            return self.none()
        condition: dict[str, Any] = {f"{prefix}memberships__user": user}
        if not user.second_factor_shown:
            condition[f"{prefix}requires_second_factor"] = False
        return self.filter(**condition)


class TrustQuerySet(TrustOwnedQuerySet["Any"]):
    """Trusts themselves."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The trusts that the user is a member of and that are open to this session."""
        return self._of_trusts_of(user, "")

    def get_by_natural_key(self, slug: str) -> Trust:
        trust: Trust = self.get(slug=slug)
        return trust


class MembershipQuerySet(TrustOwnedQuerySet["Membership"]):
    """Who belongs to the trusts that a person may see."""

    def get_by_natural_key(self, email: str, slug: str) -> Membership:
        return self.get(user__email=email, trust__slug=slug)


class InvitationQuerySet(TrustOwnedQuerySet["Invitation"]):
    """Invitations to the trusts that a person may see."""

    def pending(self) -> InvitationQuerySet:
        """Neither accepted nor withdrawn; they may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)


class UserManager(BaseUserManager["User"]):
    """Makes people; an email address is kept in lower case, as people type it either way."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a person who can sign in.

        Raises:
            ValueError: there is no email address.
        """
        if not email:
            raise ValueError("A user needs an email address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an operator, who may use the admin area."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())

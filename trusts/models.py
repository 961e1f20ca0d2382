"""Who: people, trusts, and the role that a person holds in a trust."""

from __future__ import annotations

from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from trusts.constraints import both_or_neither
from trusts.querysets import InvitationQuerySet, MembershipQuerySet, TrustQuerySet, UserManager

FORMER_MEMBER = "Former member"
"""What stands where a name stood, once a person was anonymised."""
NOBODYS_HOST = "@anonymised.invalid"
"""How what stands where their address stood ends: nobody can have such a domain (RFC 2606)."""


class Role(models.TextChoices):
    """What a person is to a trust; `permissions.py` says what each role may do."""

    LEAD = "lead", "Governance lead"
    CHAIR = "chair", "Chair"
    EXECUTIVE = "executive", "Executive"
    TRUSTEE = "trustee", "Trustee"
    OBSERVER = "observer", "Observer"


class User(AbstractBaseUser, PermissionsMixin):
    """A person; signs in by email."""

    email = models.EmailField("email address", unique=True)
    name = models.CharField(max_length=150)
    is_staff = models.BooleanField("operator", default=False)
    is_active = models.BooleanField("may sign in", default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    anonymised_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Name and address were taken out; the row stays for what the record needs.",
    )

    objects = UserManager()

    second_factor_shown = False
    """Whether the session that this person was read from has shown one; `second_factor.py`."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ("name", "email")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_in_any_case",
                violation_error_message="A person with this email address is here already.",
            ),
            models.CheckConstraint(
                condition=models.Q(anonymised_at=None)
                | models.Q(
                    name=FORMER_MEMBER,
                    email__endswith=NOBODYS_HOST,
                    is_active=False,
                    is_staff=False,
                    is_superuser=False,
                ),
                name="user_anonymised_for_good",
                violation_error_message="This account was deleted. Nothing brings it back.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def natural_key(self) -> tuple[str]:
        return (self.email,)

    @cached_property
    def memberships_by_trust(self) -> dict[int, Membership]:
        """The person's memberships by trust, read once a request, in the trusts' order."""
        memberships = self.memberships.select_related("trust").order_by("trust__name")
        return {membership.trust_id: membership for membership in memberships}


class Trust(models.Model):
    """An academy trust."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    uid = models.CharField(
        "group UID",
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^\d{1,10}$", "A group UID is a number.")],
        help_text="The group's unique identifier on Get information about schools.",
    )
    companies_house_number = models.CharField(
        max_length=8,
        blank=True,
        validators=[
            RegexValidator(r"^[A-Z0-9]{8}$", "A company number has eight digits or capitals.")
        ],
    )

    requires_second_factor = models.BooleanField(
        "everybody signs in with a second factor",
        default=False,
        help_text="An authenticator app or a passkey, beside the password.",
    )
    history = HistoricalRecords()

    objects = TrustQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=["uid"], condition=~models.Q(uid=""), name="trust_uid_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("trusts:home", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    @property
    def leads(self) -> models.QuerySet[User]:
        """Whom to ask where a role does not suffice."""
        return User.objects.filter(
            memberships__trust=self, memberships__role=Role.LEAD, is_active=True
        )


class Membership(models.Model):
    """A person's role in a trust."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    trust = models.ForeignKey(Trust, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    history = HistoricalRecords()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("trust", "user")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "trust"],
                name="membership_unique",
                violation_error_message="This person is a member of the trust already.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.trust}"

    def natural_key(self) -> tuple[str, str]:
        return *self.user.natural_key(), *self.trust.natural_key()

    natural_key.dependencies = ["trusts.user", "trusts.trust"]  # type: ignore[attr-defined]


class Invitation(models.Model):
    """A way in for one person, once, until a date. Only a hash of its token is kept."""

    trust = models.ForeignKey(Trust, models.CASCADE, related_name="invitations")
    email = models.EmailField("email address")
    name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=10, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256, hexadecimal.")
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the mail with its link went; empty if none has."
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords(excluded_fields=["token_hash"])

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("trust", "email")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "trust",
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_pending_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="invitation_role_known"
            ),
            models.CheckConstraint(
                condition=both_or_neither("accepted_at", "accepted_by"),
                name="invitation_accepted_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=both_or_neither("withdrawn_at", "withdrawn_by"),
                name="invitation_withdrawn_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()}, {self.trust}"

    @property
    def has_expired(self) -> bool:
        """Whether its link is too old to be used."""
        return self.expires_at <= timezone.now()

    @property
    def needs_mail(self) -> bool:
        """Whether the person has no good link, so that the lead should send one."""
        return self.mailed_at is None or self.has_expired


class OperatorLook(models.Model):
    """That an operator opened or changed something in the operator's area; kept for good."""

    operator = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=500)

    objects = models.Manager()

    class Meta:
        verbose_name = "look"
        verbose_name_plural = "looks of operators"
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.operator}: {self.method} {self.path}"


class CacheEntry(models.Model):
    """What every process has to know for a while: attempts to sign in, codes that were used."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)

    objects = models.Manager()

    class Meta:
        verbose_name_plural = "cache entries"

    def __str__(self) -> str:
        return self.key

"""What the service keeps about a person themself: account, places, ways in, looks, changes.

Secrets are not given out: a password or an app's key in a file would let its finder in. Nor is
whom a person invited, gave a role or looked at: that is somebody else's data.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db.models import CharField, F, Model, Q, QuerySet, Value
from simple_history.exceptions import NotHistoricalModelError
from simple_history.utils import get_history_model_for_model

from trusts.linked_accounts import label_of, name_of
from trusts.models import Invitation, Membership, OperatorLook, Role, Trust, User
from trusts.personal_data import Row, Section, register
from trusts.querysets import TrustOwnedQuerySet
from trusts.sessions import browser_of
from trusts.writing import CAME, WENT

FACTORS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}
DID = {CAME: "added", "~": "changed", WENT: "removed"}


def account(person: User) -> Iterator[Row]:
    yield {
        "name": person.name,
        "email": person.email,
        "made_at": person.date_joined,
        "last_signed_in_at": person.last_login,
        "may_sign_in": person.is_active,
        "is_operator": person.is_staff,
        "has_password": person.has_usable_password(),
    }


def addresses(person: User) -> Iterator[Row]:
    for address in EmailAddress.objects.filter(user=person).order_by("pk"):
        yield {"email": address.email, "is_verified": address.verified}


def memberships(person: User) -> Iterator[Row]:
    """Each role in each trust, past ones too, as the history has them."""
    saves: Any = Membership.history.filter(user=person).order_by("id", "history_date", "history_id")
    found = saves.values("id", "role", "history_type", "history_date", "trust__name")
    told = set()
    for key, of_one in groupby(found, key=lambda save: save["id"]):
        told.add(key)
        yield from _roles(list(of_one))
    for membership in person.memberships.exclude(pk__in=told).select_related("trust"):
        yield {
            "trust": membership.trust.name,
            "role": label(membership.role),
            "since": None,
            "until": None,
        }


def _roles(saves: list[dict[str, Any]]) -> Iterator[Row]:
    """One membership's roles, each from the save that gave it to the one that ended it."""
    by_role = groupby(saves, key=lambda save: save["history_type"] != WENT and save["role"])
    runs = [(role, list(run)) for role, run in by_role]
    ends = [run[0]["history_date"] for _, run in runs[1:]]
    for (role, run), until in zip(runs, [*ends, None], strict=True):
        if role:
            yield {
                "trust": run[-1]["trust__name"],
                "role": label(role),
                "since": run[0]["history_date"],
                "until": until,
            }


def label(role: str) -> str:
    """What people call a role, also one that there no longer is."""
    return str(dict(Role.choices).get(role, role))


def invitations(person: User) -> Iterator[Row]:
    """Those to the person; by which address or account they came."""
    to_them = Q(email__iexact=person.email) | Q(accepted_by=person)
    for one in Invitation.objects.filter(to_them).select_related("trust").order_by("pk"):
        yield {
            "trust": one.trust.name,
            "role": one.get_role_display(),
            "email": one.email,
            "name": one.name,
            "invited_at": one.invited_at,
            "expires_at": one.expires_at,
            "accepted_at": one.accepted_at,
            "withdrawn_at": one.withdrawn_at,
        }


def invited(person: User) -> Iterator[Row]:
    """Those that the person sent or withdrew, without whom they were for."""
    for by, at, did in (
        ("invited_by", "invited_at", "invited somebody"),
        ("withdrawn_by", "withdrawn_at", "withdrew an invitation"),
    ):
        rows = Invitation.objects.filter(**{by: person}).order_by("pk")
        for when, role, trust in rows.values_list(at, "role", "trust__name"):
            yield {"at": when, "did": did, "role": label(role), "trust": trust}


def factors(person: User) -> Iterator[Row]:
    for factor in Authenticator.objects.filter(user=person).order_by("pk"):
        yield {
            "kind": FACTORS.get(Authenticator.Type(factor.type), factor.type),
            "name": factor.data.get("name", ""),
            "added_at": factor.created_at,
            "last_used_at": factor.last_used_at,
        }


def work_accounts(person: User) -> Iterator[Row]:
    for row in SocialAccount.objects.filter(user=person).order_by("pk"):
        yield {
            "provider": name_of(row.provider),
            "account": label_of(row),
            "linked_at": row.date_joined,
            "last_used_at": row.last_login,
        }


def sessions(person: User) -> Iterator[Row]:
    for row in UserSession.objects.filter(user=person).order_by("pk"):
        yield {
            "browser": browser_of(row.user_agent),
            "user_agent": row.user_agent,
            "network_address": row.ip,
            "began_at": row.created_at,
            "last_seen_at": row.last_seen_at,
        }


def looks_by(person: User) -> Iterator[Row]:
    """Pages of the operator's area that the person opened, without what they searched for."""
    for look in OperatorLook.objects.filter(operator=person).order_by("pk"):
        yield {"at": look.at, "method": look.method, "page": look.path.partition("?")[0]}


def looks_at(person: User) -> Iterator[Row]:
    """When an operator opened the person's own page, or had their data given out."""
    pages = Q(path__contains=f"/trusts/user/{person.pk}/") | Q(
        method=COMMAND, path__endswith=f" {person.pk}"
    )
    for look in OperatorLook.objects.filter(pages).order_by("pk"):
        yield {"at": look.at, "method": look.method}


COMMAND = "COMMAND"
"""The method of a look that came by a command and not by a page."""


def operator_changes(person: User) -> Iterator[Row]:
    for entry in LogEntry.objects.filter(user=person).select_related("content_type").order_by("pk"):
        kind = entry.content_type
        yield {
            "at": entry.action_time,
            "did": str(entry.get_action_flag_display()).lower(),
            "kind": str(kind.name) if kind else "",
        }


def historical_models() -> Iterator[tuple[type[Model], type[Model]]]:
    """Every model whose changes are kept, with the model of its history."""
    for model in apps.get_models():
        try:
            yield model, get_history_model_for_model(model)
        except NotHistoricalModelError:
            continue


def changes(person: User) -> Iterator[Row]:
    """Every save of the person that the history keeps; a query for each kind."""
    for model, history in historical_models():
        saves: QuerySet[Any] = history._default_manager.filter(history_user=person)
        names = saves.annotate(trust_name=_trust_of(model)).order_by("history_date", "history_id")
        for save in names.iterator():
            yield {
                "at": save.history_date,
                "did": DID[save.history_type],
                "kind": str(model._meta.verbose_name),
                "number": save.id,
                "trust": save.trust_name,
                "reason": save.history_change_reason or "",
            }


def _trust_of(model: type[Model]) -> F | Value:
    rows = model._default_manager.all()
    if model is Trust:
        return F("name")
    if isinstance(rows, TrustOwnedQuerySet):
        return F(f"{rows.path_to_trust}__name")
    return Value("", CharField())


AT, DID_WHAT = {"at": "When"}, {"did": "What you did"}

register(
    Section(
        key="account",
        title="Your account",
        about="Who you are here, and by which address you sign in.",
        columns={
            "name": "Name",
            "email": "Email address",
            "made_at": "Account made",
            "last_signed_in_at": "Last signed in",
            "may_sign_in": "May sign in",
            "is_operator": "Operator of the service",
            "has_password": "Has a password",
        },
        rows=account,
    )
)
register(
    Section(
        key="addresses",
        title="Addresses that were checked",
        about="Addresses to which a mail was sent so that you could prove that you read it.",
        columns={"email": "Email address", "is_verified": "Proved"},
        rows=addresses,
        tells_of=frozenset({"account.EmailAddress.user"}),
    )
)
register(
    Section(
        key="memberships",
        title="Your roles in trusts",
        about="Each role that you hold or held, and from when to when where that is on record.",
        columns={"trust": "Trust", "role": "Role", "since": "From", "until": "Until"},
        rows=memberships,
        tells_of=frozenset({"trusts.Membership.user"}),
    )
)
register(
    Section(
        key="invitations",
        title="Invitations to you",
        about="Invitations sent to your address, or accepted with your account.",
        columns={
            "trust": "Trust",
            "role": "Role",
            "email": "Sent to",
            "name": "Name that was given",
            "invited_at": "Sent",
            "expires_at": "Good until",
            "accepted_at": "Accepted",
            "withdrawn_at": "Withdrawn",
        },
        rows=invitations,
        tells_of=frozenset({"trusts.Invitation.accepted_by"}),
    )
)
register(
    Section(
        key="invited",
        title="Invitations by you",
        about="That you invited somebody. Whom, is that person’s data and not in this file.",
        columns={**AT, **DID_WHAT, "role": "Role", "trust": "Trust"},
        rows=invited,
        tells_of=frozenset({"trusts.Invitation.invited_by", "trusts.Invitation.withdrawn_by"}),
    )
)
register(
    Section(
        key="second_steps",
        title="Second steps of your sign-in",
        about="Apps, passkeys and recovery codes, without their secrets.",
        columns={
            "kind": "Kind",
            "name": "Name",
            "added_at": "Added",
            "last_used_at": "Last used",
        },
        rows=factors,
        tells_of=frozenset({"mfa.Authenticator.user"}),
    )
)
register(
    Section(
        key="work_accounts",
        title="Work accounts",
        about="Accounts elsewhere that you linked to sign in with.",
        columns={
            "provider": "Provider",
            "account": "Account",
            "linked_at": "Linked",
            "last_used_at": "Last used",
        },
        rows=work_accounts,
        tells_of=frozenset({"socialaccount.SocialAccount.user"}),
    )
)
register(
    Section(
        key="sessions",
        title="Where you are signed in",
        about="Each browser that you signed in with and that has not been forgotten yet.",
        columns={
            "browser": "Browser",
            "user_agent": "How it names itself",
            "network_address": "Network address",
            "began_at": "Signed in",
            "last_seen_at": "Last noted",
        },
        rows=sessions,
        tells_of=frozenset({"usersessions.UserSession.user"}),
    )
)
register(
    Section(
        key="looks_at_you",
        title="Looks at your account",
        about="When an operator of the service opened the page of your account or your data.",
        columns={**AT, "method": "How"},
        rows=looks_at,
    )
)
register(
    Section(
        key="looks_by_you",
        title="Looks by you, as an operator",
        about="Pages of the operator’s area that you opened, without what you searched for.",
        columns={**AT, "method": "How", "page": "Page"},
        rows=looks_by,
        tells_of=frozenset({"trusts.OperatorLook.operator"}),
    )
)
register(
    Section(
        key="operator_changes",
        title="Changes by you, as an operator",
        about="That you changed something in the operator’s area.",
        columns={**AT, **DID_WHAT, "kind": "Kind of thing"},
        rows=operator_changes,
        tells_of=frozenset({"admin.LogEntry.user"}),
    )
)
register(
    Section(
        key="changes",
        title="Your entries in the history",
        about="Every time you saved something whose changes are kept, and the reason you gave. "
        "What you wrote stands in the sections above or below; what others wrote is theirs.",
        columns={
            **AT,
            **DID_WHAT,
            "kind": "Kind of thing",
            "number": "Its number in the service",
            "trust": "Trust",
            "reason": "Reason you gave",
        },
        rows=changes,
        tells_of=frozenset(
            f"{history._meta.label}.history_user" for _, history in historical_models()
        ),
    )
)

"""What the history tells of people, roles, invitations and a trust's own settings."""

from __future__ import annotations

from trusts.history import (
    FORMER_MEMBER,
    Event,
    Field,
    Kind,
    Values,
    becomes,
    on_day,
    one_of,
    register,
    yes_or_no,
)
from trusts.models import Invitation, Membership, Role, Trust

role = Field("role", "role", says=one_of(Role.choices))


def member_name(values: Values) -> str:
    """What a member is called, after leaving too."""
    if values.get("anonymised_at") or values.get("name") is None:
        return FORMER_MEMBER
    return str(values["name"])


def membership_event(was: Values | None, now: Values | None) -> Event | None:
    """People join by taking up an invitation; an operator may add one too."""
    if was is None and now:
        rest = f"as {role.words(now)}"
        if now["by"] == now["user"]:
            return Event("joined", rest, about="the trust", tells=frozenset({"role"}))
        return Event("added", rest, tells=frozenset({"role"}))
    if was and now is None:
        if was["by"] == was["user"]:
            return Event("left", f", as {role.words(was)} until then", about="the trust")
        return Event("removed", f", {role.words(was)} until then")
    return None


def invited_name(values: Values) -> str:
    """Addresses are the governance lead's to see; everybody reads the history."""
    return values.get("name") or "somebody whose name was not given"


def invitation_event(was: Values | None, now: Values | None) -> Event | None:
    if was is None and now:
        taken_back = ", and withdrew the invitation" if now["withdrawn_at"] else ""
        rest = f"as {role.words(now)}{taken_back}"
        return Event("invited", rest, tells=frozenset({"role", "expires_at"}))
    if was is None or now is None:
        return Event("removed the invitation for")
    if becomes("accepted_at", was, now):
        return Event("took up the invitation for")
    if becomes("withdrawn_at", was, now):
        return Event("withdrew the invitation for")
    if was["invited_at"] != now["invited_at"]:
        rest = f"again, as {role.words(now)}"
        return Event("invited", rest, tells=frozenset({"role", "expires_at"}))
    if now["mailed_at"] and was["mailed_at"] != now["mailed_at"]:
        again = "again" if was["mailed_at"] else ""
        return Event("sent the link of the invitation for", again, tells=frozenset({"expires_at"}))
    return None


register(
    Kind(
        key="trust",
        model=Trust,
        label="The trust’s settings",
        way="id",
        about=lambda values: str(values["name"]),
        fields=(
            Field("name", "name"),
            Field("slug", "address"),
            Field("uid", "group UID"),
            Field("companies_house_number", "company number"),
            Field(
                "requires_second_factor",
                "second step that everybody signs in with",
                says=yes_or_no,
                marks=(
                    Event("asked everybody of", "for a second step when they sign in"),
                    Event("stopped asking everybody of", "for a second step when they sign in"),
                ),
            ),
        ),
        told=frozenset({"name"}),
    )
)
register(
    Kind(
        key="membership",
        model=Membership,
        label="People and roles",
        about=member_name,
        fields=(role,),
        names={"user": "user_id", "name": "user__name", "anonymised_at": "user__anonymised_at"},
        event=membership_event,
        address=lambda values: "",
    )
)
register(
    Kind(
        key="invitation",
        model=Invitation,
        label="Invitations",
        about=invited_name,
        fields=(role, Field("expires_at", "last day", says=on_day)),
        names={
            "name": "name",
            "accepted_at": "accepted_at",
            "withdrawn_at": "withdrawn_at",
            "invited_at": "invited_at",
            "mailed_at": "mailed_at",
        },
        event=invitation_event,
        comes_in_two=True,
    )
)

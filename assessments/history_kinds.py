"""What the history tells of assessments, ratings and a trust's own frameworks.

Not of what members answer for themselves (`Response`): that is theirs alone while views are
collected, and never the board's record.
"""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from assessments.models import Assessment, OwnFramework, Rating
from frameworks.names import shares_name
from trusts.history import Event, Field, Kind, Values, on_day, one_of, register, yes_or_no

TURNS = {
    ("agreeing", "collecting"): "opened for people’s own views",
    ("collecting", "agreeing"): "closed the collecting of views in",
    ("agreeing", "agreed"): "signed off",
    ("agreed", "agreeing"): "reopened",
}
"""What a change of an assessment's status is called."""


def assessment_event(was: Values | None, now: Values | None) -> Event | None:
    if was is None:
        return Event("set up", tells=frozenset({"status", "names_shown"}))
    did = TURNS.get((was["status"], now["status"])) if now else None
    return Event(did, tells=frozenset({"status"})) if did else None


def rated(values: Values) -> str:
    """Which element, as the framework numbers and names it, of which assessment.

    With its domain where another element is called the same.
    """
    domain = f" ({values['domain']})" if values["shares_name"] else ""
    return f"{values['element_number']}. {values['element']}{domain} in {values['assessment']}"


register(
    Kind(
        key="assessment",
        model=Assessment,
        label="Assessments",
        about=lambda values: str(values["title"]),
        fields=(
            Field("title", "title"),
            Field("framework", "framework", reads="framework__title"),
            Field("carried_from", "assessment it starts from", reads="carried_from__title"),
            Field("status", "status", says=one_of(Assessment.Status.choices)),
            Field("due_on", "due date", says=on_day),
            Field("views_due_on", "day by which views are wanted", says=on_day),
            Field(
                "names_shown",
                "showing of names",
                says=yes_or_no,
                marks=(
                    Event("let names be shown beside the views in"),
                    Event("keeps names away from the views in"),
                ),
            ),
            Field("meeting_on", "date of the meeting", says=on_day),
            Field("minute_reference", "minute reference"),
        ),
        told=frozenset({"title"}),
        event=assessment_event,
        address=lambda values: reverse("assessments:detail", args=[values["id"]]),
    )
)


def between_signatures() -> Subquery:
    """Of a rating: the assessment's own change before it, such as being signed off or reopened."""
    changes = Assessment.history.filter(
        id=OuterRef("assessment_id"), history_date__lte=OuterRef("history_date")
    )
    return Subquery(changes.order_by("-history_date", "-history_id").values("history_id")[:1])


register(
    Kind(
        key="rating",
        model=Rating,
        label="Ratings and notes",
        about=rated,
        fields=(
            Field("level", "rating", reads="level__name"),
            Field("note", "note", is_prose=True),
            Field("dissent", "dissent", is_prose=True),
            Field(
                "is_priority",
                "priority for action",
                says=yes_or_no,
                marks=(
                    Event("marked", "as a priority for action"),
                    Event("no longer marks", "as a priority for action"),
                ),
            ),
        ),
        names={
            "assessment_id": "assessment_id",
            "assessment": "assessment__title",
            "element": "element__name",
            "element_number": "element__number",
            "element_code": "element__code",
            "domain": "element__domain__name",
            "shares_name": shares_name("element"),
        },
        address=lambda values: reverse(
            "assessments:rate", args=[values["assessment_id"], values["element_code"]]
        ),
        within={"assessment": "assessment"},
        starts_empty=True,
        saves_quietly=True,
        chapter=between_signatures,
    )
)
register(
    Kind(
        key="framework",
        model=OwnFramework,
        label="Frameworks of your own",
        about=lambda values: f"the framework {values['title']}",
        fields=(Field("title", "title"),),
        names={"key": "framework__key", "edition": "framework__edition"},
        told=frozenset({"title"}),
        address=lambda values: (
            reverse("frameworks:detail", args=[values["key"], values["edition"]])
            if values["key"]
            else ""
        ),
    )
)

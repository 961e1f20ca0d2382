"""What assessments keep about a person: what they rated and wrote, and what they did."""

from __future__ import annotations

from collections.abc import Iterator

from assessments.models import Assessment, FrameworkUpload, OwnFramework, Rating, Response
from frameworks.models import WordingPack
from trusts.models import User
from trusts.personal_data import Row, Section, Traces, erases, register
from trusts.writing import Deed, Writing

TRUST, ASSESSMENT = {"trust": "Trust"}, {"assessment": "Assessment"}
AT, DID = {"at": "When"}, {"did": "What you did"}

RATINGS = Writing(
    Rating,
    texts=("note", "dissent"),
    facts={"level": "level__name", "is_priority": "is_priority"},
    names={
        "trust": "assessment__trust__name",
        "assessment": "assessment__title",
        "code": "element__code",
        "element": "element__name",
    },
    starts_empty=True,
)
TITLES = Writing(
    Assessment,
    texts=("title", "minute_reference"),
    facts={"due_on": "due_on", "views_due_on": "views_due_on", "meeting_on": "meeting_on"},
    names={"trust": "trust__name"},
)
OF_ASSESSMENT = {"trust": "trust__name", "assessment": "title"}
DEEDS = (
    Deed(Assessment, "set up", "created_by", "created_at", OF_ASSESSMENT),
    Deed(Assessment, "opened for views", "opened_by", "opened_at", OF_ASSESSMENT),
    Deed(Assessment, "closed for views", "closed_by", "closed_at", OF_ASSESSMENT),
    Deed(Assessment, "signed off", "agreed_by", "agreed_at", OF_ASSESSMENT),
    Deed(
        Rating,
        "saved last",
        "updated_by",
        "updated_at",
        {
            "trust": "assessment__trust__name",
            "assessment": "assessment__title",
            "element": "element__name",
        },
    ),
)
FRAMEWORKS = (
    Deed(
        OwnFramework, "made", "created_by", "created_at", {"trust": "trust__name", "title": "title"}
    ),
    Deed(
        FrameworkUpload,
        "sent a spreadsheet",
        "uploaded_by",
        "uploaded_at",
        {"trust": "trust__name", "title": "file_name"},
    ),
    Deed(
        WordingPack,
        "loaded the publisher’s wording",
        "loaded_by",
        "loaded_at",
        {"title": "framework__title"},
    ),
)


def views(person: User) -> Iterator[Row]:
    """The person's own views, which nobody else writes."""
    answers = Response.objects.filter(respondent__user=person).order_by("pk")
    for one in answers.select_related("respondent__assessment__trust", "element", "level"):
        asked = one.respondent
        yield {
            "trust": asked.assessment.trust.name,
            "assessment": asked.assessment.title,
            "asked_at": asked.asked_at,
            "asked_as": asked.get_group_display(),
            "reminded_at": asked.reminded_at,
            "finished_at": asked.finished_at,
            "code": one.element.code,
            "element": one.element.name,
            "level": one.level and one.level.name,
            "is_unsure": one.is_unsure,
            "note": one.note,
            "at": one.updated_at,
        }


@erases
def uploads(traces: Traces) -> None:
    """Spreadsheets that wait for the person to look at them; nobody else will."""
    FrameworkUpload.objects.filter(uploaded_by=traces.person).delete()


register(
    Section(
        key="ratings",
        title="Ratings that you saved",
        about="The level that you chose and the words that you added to the note and to the "
        "dissent, each time you saved a rating of the board.",
        columns={
            **AT,
            **TRUST,
            **ASSESSMENT,
            "code": "Code",
            "element": "Element",
            "level": "Level that you chose",
            "is_priority": "You marked it as a priority, or no longer",
            "note": "Your words in the note",
            "dissent": "Your words in the dissent",
        },
        rows=RATINGS.rows,
    )
)
register(
    Section(
        key="views",
        title="Your own views",
        about="What you answered for yourself before the board agreed.",
        columns={
            **TRUST,
            **ASSESSMENT,
            "asked_at": "You were asked",
            "asked_as": "As",
            "reminded_at": "You were reminded",
            "finished_at": "You finished",
            "code": "Code",
            "element": "Element",
            "level": "Your level",
            "is_unsure": "You did not know yet",
            "note": "Your note",
            "at": "Last saved",
        },
        rows=views,
        tells_of=frozenset({"assessments.Respondent.user"}),
    )
)
register(
    Section(
        key="assessments",
        title="Assessments that you set up, opened, closed or signed off",
        about="What assessments say of you today.",
        columns={**AT, **DID, **TRUST, **ASSESSMENT, "element": "Element, of a rating"},
        rows=lambda person: (row for deed in DEEDS for row in deed.rows(person)),
        tells_of=frozenset(deed.column for deed in DEEDS),
    )
)
register(
    Section(
        key="assessment_titles",
        title="Titles and dates of assessments that you wrote",
        about="What you wrote when you set up, renamed or signed off an assessment.",
        columns={
            **AT,
            **TRUST,
            "title": "Your words in the title",
            "minute_reference": "Your words in the minute’s reference",
            "due_on": "Due date",
            "views_due_on": "Views wanted by",
            "meeting_on": "Date of the meeting",
        },
        rows=TITLES.rows,
    )
)
register(
    Section(
        key="frameworks",
        title="Frameworks that you made or loaded",
        about="Frameworks of your trust’s own, spreadsheets that wait for you, wording packs.",
        columns={**AT, **DID, **TRUST, "title": "Title or file"},
        rows=lambda person: (row for deed in FRAMEWORKS for row in deed.rows(person)),
        tells_of=frozenset(deed.column for deed in FRAMEWORKS),
    )
)

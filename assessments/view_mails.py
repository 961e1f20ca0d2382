"""Letters that ask for a view, or remind of one. A mail that fails changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from assessments.collecting import reminded
from assessments.models import Respondent
from trusts.letters import mail_to, postbag
from trusts.models import User

ASKED = "asked"
REMINDED = "reminded"
SUBJECTS = {ASKED: "Your view is wanted: {title}", REMINDED: "Still wanted: your view of {title}"}

Link = Callable[[str], str]
"""From a path to the whole address that a mail can carry."""


def post(
    respondents: Iterable[Respondent],
    *,
    kind: str,
    link: Link,
    by: User | None = None,
    patience: float | None = None,
) -> tuple[list[Respondent], list[Respondent]]:
    """Write to each of them, after what the mail tells is committed.

    A reminder is noted as soon as it has gone: what stops halfway sends none of them twice.

    Args:
        respondents: with user and assessment, its trust included, loaded.
        kind: `ASKED` or `REMINDED`.
        by: to whom answers go; nobody where a command writes.
        patience: seconds after which no further mail is begun; see `postbag`.

    Returns:
        To whom a mail has gone, and to whom none.
    """
    sent: list[Respondent] = []
    unsent: list[Respondent] = []
    with postbag(what="A question for a view", patience=patience) as bag:
        for respondent in respondents:
            has_gone = bag.send(letter_to(respondent, kind=kind, link=link, by=by))
            if has_gone and kind == REMINDED:
                reminded(respondent)
            (sent if has_gone else unsent).append(respondent)
    return sent, unsent


def letter_to(respondent: Respondent, *, kind: str, link: Link, by: User | None) -> EmailMessage:
    """The mail, with the link to the own task."""
    assessment = respondent.assessment
    subject = SUBJECTS[kind].format(title=assessment.title)
    context = {
        "respondent": respondent,
        "assessment": assessment,
        "by": by,
        "link": link(respondent.get_absolute_url()),
    }
    body = render_to_string(f"assessments/mail/{kind}.txt", context)
    return mail_to(respondent.user.email, subject=subject, body=body, by=by)

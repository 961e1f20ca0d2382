"""The lead's pages: ask, see who has finished, remind, close; and the daily reminders."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from assessments.actions import create_assessment
from assessments.collecting import close_collecting, finish, open_collecting
from assessments.home_panel import assessments_panel
from assessments.models import Assessment, Rating, Respondent, Response
from assessments.view_mails import letter_to
from tests.conftest import align, client_of, make_framework
from tests.page import Page
from tests.trusts.mailing import Choosy, Unreachable, backend_of
from trusts.models import Membership, User

pytestmark = pytest.mark.once  # what pages say and take; saves at once are tried on both


def at(name: str, assessment: Assessment) -> str:
    return reverse(f"assessments:{name}", args=[assessment.pk])


def sent(*people: User, **changes: Any) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=5)
    due = {"due_on_day": day.day, "due_on_month": day.month, "due_on_year": day.year}
    return {"people": [person.pk for person in people], "names": "yes"} | due | changes


def said(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def collecting(assessment: Assessment, lead, chair, executive, trustee) -> Assessment:
    open_collecting(
        assessment=assessment,
        people=[chair, executive, trustee],
        due_on=timezone.localdate() + timedelta(days=5),
        names_shown=False,
        by=lead,
    )
    return assessment


def long_ago(**days: int) -> None:
    Respondent.objects.update(asked_at=timezone.now() - timedelta(**days))


def test_lead_opens_and_everybody_gets_a_mail_with_a_link(
    assessment, lead, chair, executive, trustee
) -> None:
    answer = client_of(lead).post(
        at("open", assessment), sent(lead, chair, executive, names="no"), follow=True
    )
    assert "A mail has gone to 3 people." in said(answer)
    assessment.refresh_from_db()
    assert (assessment.status, assessment.names_shown) == ("collecting", False)
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        [lead.email, chair.email, executive.email]
    )
    for message in mail.outbox:
        assert f"http://testserver{at('mine', assessment)}" in message.body
        assert "without your name" in message.body
        assert "people from outside" in message.body
        assert message.reply_to == [lead.email]
    assert "Give your view: Self-assessment 2026" in said(client_of(chair).get("/", follow=True))
    assert "Give your view" not in said(client_of(trustee).get("/", follow=True))


def test_form_offers_who_may_respond_and_proposes_all(
    assessment, lead, chair, executive, trustee, observer
) -> None:
    page = Page(client_of(lead).get(at("open", assessment)).content.decode())
    boxes = [node for node in page.all("input") if node.attributes.get("name") == "people"]
    asked = {node.attributes["value"] for node in boxes if "checked" in node.attributes}
    assert asked == {str(user.pk) for user in (lead, chair, executive, trustee)}
    assert len(boxes) == 4


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"people": []}, "Choose at least one person"),
        ({"people": ["999999"]}, "Choose people from the list"),
        ({"names": ""}, "Say whether names are shown"),
        ({"names": "perhaps"}, "Select a valid choice"),
        ({"due_on_day": ""}, "The date must include a day"),
        ({"due_on_year": "1990"}, "must be in a year from"),
    ],
)
def test_bad_input_is_refused_and_nothing_opened(changes, error, assessment, lead, chair) -> None:
    answer = client_of(lead).post(at("open", assessment), sent(chair) | changes)
    assert answer.status_code == 422
    assert error in said(answer)
    assert not Respondent.objects.exists()
    assert mail.outbox == []


def test_people_of_another_trust_cannot_be_asked(assessment, lead, stranger, observer) -> None:
    for person in (stranger, observer):
        answer = client_of(lead).post(at("open", assessment), sent(person))
        assert answer.status_code == 422
    assert not Respondent.objects.exists()


def test_opening_twice_asks_once_and_keeps_what_was_typed(collecting, lead, chair) -> None:
    answer = client_of(lead).post(at("open", collecting), sent(chair))
    assert answer.status_code == 409
    assert "Members could not be asked" in said(answer)
    assert Respondent.objects.count() == 3
    assert mail.outbox == []


@pytest.mark.parametrize("backend", [Unreachable, Choosy])
def test_mail_that_fails_loses_nothing_and_is_said(
    backend, assessment, lead, chair, trustee, settings
) -> None:
    settings.EMAIL_BACKEND = backend_of(backend)
    User.objects.filter(pk=trustee.pk).update(email="refused@northfield.example")
    answer = client_of(lead).post(at("open", assessment), sent(chair, trustee), follow=True)
    assert "No mail could be sent to" in said(answer)
    assert "Trustee" in said(answer)
    assert ("A mail has gone to 1 person." in said(answer)) == (backend is Choosy)
    assert Respondent.objects.count() == 2


def test_lead_sees_who_has_finished_and_never_what_was_said(collecting, lead, chair) -> None:
    mine = collecting.respondents.get(user=chair)
    Response.objects.filter(respondent=mine).update(note="Frank words", is_unsure=True)
    finish(respondent=mine)
    html = said(client_of(lead).get(at("collecting", collecting)))
    assert "1 of 3 have finished." in html
    assert "Frank words" not in html
    assert "know yet" not in html


def test_who_has_left_the_trust_is_said_to_have_and_is_not_written_to(
    collecting, lead, chair
) -> None:
    page = said(client_of(lead).get(at("collecting", collecting)))
    assert "No longer in the trust" not in page
    Membership.objects.get(user=chair).delete()
    long_ago(days=1)
    page = said(client_of(lead).get(at("collecting", collecting)))
    assert page.count("No longer in the trust") == 1
    client = client_of(lead)
    client.post(at("collecting", collecting), {"remind": "all"})
    [theirs] = collecting.respondents.filter(user=chair)
    answer = client.post(at("collecting", collecting), {"remind": theirs.pk}, follow=True)
    assert "have left the trust" in said(answer)
    assert chair.email not in [to for message in mail.outbox for to in message.to]
    assert len(mail.outbox) == 2


def test_reminding_all_writes_to_those_who_have_not_finished(
    collecting, lead, chair, executive, trustee
) -> None:
    finish(respondent=collecting.respondents.get(user=chair))
    long_ago(days=1)
    client = client_of(lead)
    assert "A mail has gone to 2 people." in said(
        client.post(at("collecting", collecting), {"remind": "all"}, follow=True)
    )
    assert sorted(message.to[0] for message in mail.outbox) == [executive.email, trustee.email]
    again = client.post(at("collecting", collecting), {"remind": "all"}, follow=True)
    assert "within the last hour" in said(again)
    assert len(mail.outbox) == 2


def test_reminding_one_writes_to_that_one(collecting, lead, trustee) -> None:
    long_ago(days=1)
    key = collecting.respondents.get(user=trustee).pk
    client_of(lead).post(at("collecting", collecting), {"remind": key})
    assert [message.to for message in mail.outbox] == [[trustee.email]]


@pytest.mark.parametrize("key", ["999999", "x", "-1", "9" * 40, "²"])
@pytest.mark.parametrize("what", ["remind", "take_out"])
def test_guessed_respondents_are_not_asked(what, key, collecting, lead) -> None:
    answer = client_of(lead).post(at("collecting", collecting), {what: key}, follow=True)
    assert "This person is not asked for a view, or not any longer." in said(answer)
    assert collecting.respondents.count() == 3
    assert mail.outbox == []


def test_respondent_of_another_assessment_is_not_asked(collecting, lead) -> None:
    from assessments.actions import create_assessment

    other = create_assessment(
        trust=collecting.trust,
        framework=collecting.framework,
        title="Other",
        due_on=None,
        by=lead,
    )
    key = collecting.respondents.first().pk
    answer = client_of(lead).post(at("collecting", other), {"take_out": key}, follow=True)
    assert "not any longer" in said(answer)
    assert collecting.respondents.count() == 3


def test_asking_more_and_taking_out(collecting, lead, trustee) -> None:
    client = client_of(lead)
    client.post(at("collecting", collecting), {"ask": "more", "people": [lead.pk]})
    assert collecting.respondents.filter(user=lead).exists()
    begun = collecting.respondents.get(user=trustee)
    Response.objects.filter(pk=begun.responses.first().pk).update(note="Begun")
    answer = client.post(at("collecting", collecting), {"take_out": begun.pk}, follow=True)
    assert "nothing is thrown away" in said(answer)
    mine = collecting.respondents.get(user=lead)
    for told in ("Lead is no longer asked.", "This person is not asked for a view"):
        answer = client.post(at("collecting", collecting), {"take_out": mine.pk}, follow=True)
        assert told in said(answer)
    assert set(collecting.respondents.values_list("user__name", flat=True)) == {
        "Chair",
        "Executive",
        "Trustee",
    }


def test_asking_nobody_more_is_refused(collecting, lead) -> None:
    answer = client_of(lead).post(at("collecting", collecting), {"ask": "more"})
    assert answer.status_code == 422
    assert "Choose at least one person" in said(answer)


def test_closing_names_who_has_not_finished(collecting, lead, chair) -> None:
    client = client_of(lead)
    html = said(client.get(at("close", collecting)))
    assert "3 people have not said that they have finished" in html
    answer = client.post(at("close", collecting), follow=True)
    assert "Views are closed." in said(answer)
    assert answer.redirect_chain[-1][0] == at("spread", collecting)
    collecting.refresh_from_db()
    assert (collecting.status, collecting.closed_by) == ("agreeing", lead)
    assert "not being collected" in said(client.post(at("close", collecting), follow=True))


PAGES = ("detail", "results", "follow", "spread")


def test_who_is_asked_sees_none_of_what_the_board_has_rated(
    assessment, lead, chair, executive, trustee, observer
) -> None:
    begun = assessment.ratings.in_order()[0]
    level = assessment.framework.levels.get(order=4)
    Rating.objects.filter(pk=begun.pk).update(level=level, note="Said before", is_priority=True)
    earlier = create_assessment(
        trust=assessment.trust, framework=assessment.framework, title="Then", due_on=None, by=lead
    )
    earlier.ratings.update(level=assessment.framework.levels.get(order=2))
    Assessment.objects.filter(pk=assessment.pk).update(carried_from=earlier)
    page = said(client_of(lead).get(at("open", assessment)))
    assert "The board has begun already: 1 point has a rating or a note." in page
    client_of(lead).post(at("open", assessment), sent(chair, executive, trustee))
    other = make_framework("other")
    align(assessment.framework, "MU-01", other, "MU-02")
    crosswalk = reverse("assessments:crosswalk", args=[assessment.pk, other.key, other.edition])
    urls = [at(name, assessment) for name in PAGES] + [crosswalk, begun.get_absolute_url()]
    meet = reverse("assessments:meet", args=[assessment.pk, begun.element.code])
    for user, where in ((trustee, urls), (chair, [*urls, meet])):
        for url in where:
            page = said(client_of(user).get(url))
            assert "stays off this page for you until views are closed" in page, url
            assert "the history, a comparison or a document, leave it until" in page, url
            words = ["Said before", ">Priority<", "1 of 3 points", "Not rated yet"]
            words += ["What moved since", "beside another framework", "may still change"]
            words += ["Step 4"] if url in urls[:-1] else []  # the others say what it means
            assert [one for one in words if one in page] == [], url
    page = said(client_of(observer).get(at("results", assessment)))
    assert [one for one in ("Said before", *words[4:6]) if one not in page] == []
    close_collecting(assessment=assessment, by=lead)
    assert "Said before" in said(client_of(trustee).get(at("results", assessment)))


def test_home_asks_the_lead_to_remind_or_close_and_tells_everybody_how_many_have_finished(
    collecting, lead, chair, executive, trustee
) -> None:
    for user, task in (
        (trustee, "Remind the 2 who have not finished: Self-assessment 2026"),
        (chair, "Remind the one who has not finished: Self-assessment 2026"),
        (executive, "Close the views: Self-assessment 2026"),
    ):
        finish(respondent=Respondent.objects.get(user=user))
        assert [
            (task.text, task.url, task.due_on)
            for task in assessments_panel(lead, collecting.trust).tasks
        ] == [(task, at("collecting", collecting), collecting.views_due_on)]
    assert assessments_panel(chair, collecting.trust).tasks == ()
    home = said(client_of(trustee).get("/", follow=True))
    assert "Members give their own views until" in home
    assert "3 of 3 have finished." in home
    assert "0 of 3 points rated" not in home


def test_task_list_says_what_is_next_while_views_are_open(
    collecting, lead, chair, observer
) -> None:
    assert "Give your view" in said(client_of(chair).get(at("detail", collecting)))
    lead_sees = said(client_of(lead).get(at("detail", collecting)))
    assert at("collecting", collecting) in lead_sees
    assert "Start with" not in lead_sees
    assert "Give your view" not in said(client_of(observer).get(at("detail", collecting)))


@pytest.mark.parametrize("name", ["open", "collecting", "close"])
def test_page_costs_at_most_eight_queries(
    name, collecting, lead, django_assert_max_num_queries
) -> None:
    client = client_of(lead)
    with django_assert_max_num_queries(8):
        assert client.get(at(name, collecting)).status_code == 200


# The daily reminders.


def remind(*options: str) -> str:
    out = StringIO()
    call_command("send_reminders", *options, stdout=out)
    return out.getvalue()


def test_daily_reminder_goes_once_in_two_days(collecting, chair) -> None:
    finish(respondent=collecting.respondents.get(user=chair))
    assert remind() == "0 written to.\n"
    long_ago(days=2)
    assert remind("--dry-run") == "2 would be written to.\n"
    assert mail.outbox == []
    assert remind() == "2 written to.\n"
    assert remind() == "0 written to.\n"
    assert f"http://127.0.0.1:8000{at('mine', collecting)}" in mail.outbox[0].body


def test_reminders_that_stop_halfway_are_noted_and_look_again(
    collecting, chair, executive, trustee, monkeypatch
) -> None:
    """The second has finished by the time that the first is mailed; then it stops."""
    long_ago(days=2)
    written = []

    def stopping(respondent: Respondent, **how: Any) -> Any:
        written.append(respondent.user)
        finish(respondent=collecting.respondents.get(user=executive))
        if len(written) == 2:
            raise KeyboardInterrupt
        return letter_to(respondent, **how)

    monkeypatch.setattr("assessments.view_mails.letter_to", stopping)
    with pytest.raises(KeyboardInterrupt):
        remind()
    assert written == [chair, trustee]
    assert [one.user for one in Respondent.objects.exclude(reminded_at=None)] == [chair]


@pytest.mark.parametrize(("days", "count"), [(8, 0), (7, 3), (0, 3), (-14, 3), (-15, 0)])
def test_daily_reminder_goes_near_the_day(days, count, collecting) -> None:
    long_ago(days=30)
    day = timezone.localdate() + timedelta(days=days)
    Assessment.objects.filter(pk=collecting.pk).update(views_due_on=day)
    assert remind() == f"{count} written to.\n"


def test_who_left_or_may_not_sign_in_is_not_reminded(collecting, chair, trustee) -> None:
    long_ago(days=2)
    chair.memberships.all().delete()
    User.objects.filter(pk=trustee.pk).update(is_active=False)
    assert remind() == "1 written to.\n"


def test_reminder_that_fails_is_tried_again_the_next_day(collecting, settings) -> None:
    long_ago(days=2)
    settings.EMAIL_BACKEND = backend_of(Unreachable)
    with pytest.raises(CommandError, match="3 could not be written to"):
        remind()
    assert not Respondent.objects.exclude(reminded_at=None).exists()


def test_without_the_address_of_the_service_no_reminder_goes(collecting, settings) -> None:
    settings.SITE_ADDRESS = ""
    with pytest.raises(CommandError, match="SITE_ADDRESS"):
        remind()


def test_day_in_the_past_is_refused_before_any_mail(assessment, lead, chair) -> None:
    day = timezone.localdate() - timedelta(days=1)
    past = {"due_on_day": day.day, "due_on_month": day.month, "due_on_year": day.year}
    answer = client_of(lead).post(at("open", assessment), sent(chair, **past))
    assert answer.status_code == 422
    assert "The day must be today or later" in said(answer)
    assert mail.outbox == []
    assessment.refresh_from_db()
    assert assessment.status == "agreeing"


def test_of_fewer_than_three_people_views_are_asked_for_with_names_alone(
    assessment, lead, chair, trustee
) -> None:
    browser = client_of(lead)
    answer = browser.post(at("open", assessment), sent(chair, trustee, names="no"))
    assert answer.status_code == 422
    assert "Ask at least 3 people, or show names" in said(answer)
    assert browser.post(at("open", assessment), sent(chair, trustee)).status_code == 302


def test_sign_off_waits_for_the_views(collecting, lead) -> None:
    answer = client_of(lead).get(at("agree", collecting))
    assert "Members are still giving their own views" in said(answer)
    assert "Minute reference" not in said(answer)


def test_lead_moves_the_day_and_the_board_keeps_its_own(collecting, lead, chair) -> None:
    Assessment.objects.filter(pk=collecting.pk).update(due_on=timezone.localdate())
    day = timezone.localdate() + timedelta(days=9)
    boxes = {"due_on_day": day.day, "due_on_month": day.month, "due_on_year": day.year}
    answer = client_of(lead).post(
        at("collecting", collecting), {"day": "move"} | boxes, follow=True
    )
    assert f"Views are wanted by {day.day} {day:%B %Y} now." in said(answer)
    assert f"Wanted by {day.day} {day:%B %Y}." in said(client_of(chair).get(at("mine", collecting)))
    collecting.refresh_from_db()
    assert (collecting.due_on, collecting.views_due_on) == (timezone.localdate(), day)
    past = client_of(lead).post(
        at("collecting", collecting), {"day": "move"} | boxes | {"due_on_year": 2020}
    )
    assert past.status_code == 422
    assert "The day must be today or later" in said(past)

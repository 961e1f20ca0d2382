"""The reviewers' task: to say what they find, element by element or all on one page."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from assessments.models import Rating
from assessments.row_forms import Save
from assessments.row_pages import Rows
from frameworks.descriptions import Reading, arrange
from frameworks.models import Element, Framework, Level, Statement
from govuk.views import page
from reviews.comment_forms import talk_on
from reviews.finding_forms import FindingForm, FindingRow
from reviews.giving_back import offers_back
from reviews.models import Comment, Found, PeerReview, Reviewer, ReviewerRating
from reviews.reviewing_views import context_of_reviewer, fetch_reader, may_speak
from reviews.signed import as_signed
from trusts.drafts import redirect_saved
from trusts.sign_in import SignedInRequest


@dataclass(frozen=True)
class Neighbour:
    """The element before or after, on its page for reviewers."""

    review: PeerReview
    element: Element

    def get_absolute_url(self) -> str:
        return reverse("reviews:find", args=[self.review.pk, self.element.code])


def fetch_finding(request: SignedInRequest, pk: int, code: str) -> ReviewerRating:
    """What the reviewers find about an element, for one whom the trust has let in; else 404."""
    ways = Reviewer.objects.open_to(request.user).reading()
    findings = ReviewerRating.objects.filter(review__in=ways.values("review"))
    findings = findings.for_page().with_focus()
    return get_object_or_404(findings, review__pk=pk, element__code=code)


@page
@offers_back
def find(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Read an element and the trust's rating of it, and say what one finds."""
    finding = fetch_finding(request, pk, code)
    levels = _levels(finding.review.assessment.framework)
    if request.method != "POST":
        form = FindingForm(instance=finding.written, levels=levels)
        return _page(request, finding, Save(form))
    save = FindingForm(request.POST, instance=finding.written, levels=levels).save(by=request.user)
    if request.htmx:
        context = {"finding": finding, "save": save}
        return render(request, "reviews/_finding_status.html", context, status=save.status)
    if save.is_saved:
        if finding.review.is_submitted:
            messages.warning(request, _not_sent_yet(finding))
        return redirect_saved(request, _where_next(request, finding))
    return _page(request, finding, save)


def _not_sent_yet(finding: ReviewerRating) -> str:
    """Saving a correction is half the way, and the half that looks like the whole."""
    return (
        f"What you wrote of {finding.element} is saved, but not sent yet. "
        f"{finding.review.trust} reads it once you say that you have corrected it."
    )


def _where_next(request: SignedInRequest, finding: ReviewerRating) -> str:
    """The next element, or where the button says; from a correction to the page that sends it."""
    pk = finding.review_id
    if request.POST.get("then") != "list":
        asked = finding.review.comments.open_corrections().filter(element=finding.element).first()
        if asked:
            return reverse("reviews:resolve", args=[pk, asked.pk])
        in_order = finding.review.findings.in_order()
        codes = list(in_order.values_list("element__code", flat=True))
        if after := codes[codes.index(finding.element.code) + 1 :]:
            return reverse("reviews:find", args=[pk, after[0]])
    return reverse("reviews:reviewing", args=[pk])


def _page(
    request: SignedInRequest, finding: ReviewerRating, save: Save[FindingForm, Found]
) -> HttpResponse:
    review = finding.review
    in_order = review.assessment.ratings.in_order()
    ratings = list(in_order.with_level_at(review.submitted_at) if review.is_submitted else in_order)
    place = next(i for i, one in enumerate(ratings) if one.element_id == finding.element_id)
    comments = list(review.comments.filter(element=finding.element).with_answers(review))
    talk = talk_on(
        comments,
        review=review,
        side=Comment.Side.REVIEWERS,
        may_speak=may_speak(review),
        element=finding.element,
    )
    corrections = [one for one in comments if one.is_open]
    context = context_of_reviewer(review) | {
        "finding": finding,
        "written": finding.written,
        "unsent": None if finding.written.says_the_same_as(finding) else finding.written,
        "element": finding.element,
        "rating": as_signed(ratings[place], finding),
        "reading": arrange(finding.element.statements.select_related("level")),
        "levels": save.form.levels,
        "form": save.form,
        "save": save,
        "can_write": review.takes_findings or bool(corrections),
        "corrections": corrections,
        "talk": talk,
        "place": place + 1,
        "element_count": len(ratings),
        "before": Neighbour(review, ratings[place - 1].element) if place else None,
        "after": _after(review, ratings, place),
    }
    return render(request, "reviews/find.html", context, status=save.status)


def _after(review: PeerReview, ratings: list[Rating], place: int) -> Neighbour | None:
    rest = ratings[place + 1 :]
    return Neighbour(review, rest[0].element) if rest else None


@page
@offers_back
def find_all(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every element on one page, in one form; each row that was written in is saved."""
    review = fetch_reader(request, pk).review
    levels = _levels(review.assessment.framework)
    findings = list(review.findings.in_order().with_focus().select_related("answer"))
    for one in findings:
        one.review = review
    rows = (FindingRow(instance=one, levels=levels) for one in findings)
    answer = Rows[FindingRow, Found](rows)
    if request.method == "POST":
        answer.save(request.POST, by=request.user)
        if request.htmx:
            context = {"answer": answer, "review": review}
            return render(request, "reviews/_findings_saved.html", context, status=answer.status)
        if answer.is_saved:
            return redirect_saved(request, reverse("reviews:reviewing", args=[pk]))
        review.refresh_from_db(fields=["status"])  # sent since this began
    ratings, readings = _ratings_and_readings(review)
    context = context_of_reviewer(review) | {
        "answer": answer,
        "forms": answer.forms,
        "levels": levels,
        "rows": [
            (row, as_signed(ratings[one.element_id], one), readings[one.element_id])
            for row, one in zip(answer.rows, findings, strict=True)
        ],
    }
    return render(request, "reviews/find_all.html", context, status=answer.status)


def _ratings_and_readings(review: PeerReview) -> tuple[dict[int, Rating], dict[int, Reading]]:
    """What the board and the publisher say of every element, by its key."""
    ratings = {one.element_id: one for one in review.assessment.ratings.in_order()}
    statements: dict[int, list[Statement]] = {pk: [] for pk in ratings}
    for one in Statement.objects.filter(element__in=list(ratings)).select_related("level"):
        statements[one.element_id].append(one)
    return ratings, {pk: arrange(of_element) for pk, of_element in statements.items()}


def _levels(framework: Framework) -> list[Level]:
    return list(framework.levels.order_by("order"))

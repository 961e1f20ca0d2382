"""The reviewers' task: to say what they find, element by element or all on one page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessments.models import Rating
from frameworks.descriptions import arrange
from frameworks.models import Element, Framework, Level, Statement
from govuk.views import CONFLICT, INVALID, page
from reviews.comment_forms import talk_on
from reviews.comment_views import offers_back
from reviews.finding import SavedMeanwhile
from reviews.finding_forms import FindingForm
from reviews.inviting import NotNow
from reviews.models import Comment, PeerReview, Reviewer, ReviewerRating
from reviews.reviewing_views import context_of_reviewer, fetch_reader, may_speak
from trusts.drafts import redirect_saved
from trusts.sign_in import SignedInRequest


@dataclass(frozen=True)
class Save:
    """How a save came out, for the page and for the quiet save while people type."""

    form: FindingForm
    status: int
    saved: ReviewerRating | None = None
    theirs: ReviewerRating | None = None
    refusal: str = ""

    @property
    def is_saved(self) -> bool:
        return self.status == 200


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
    findings = ReviewerRating.objects.filter(review__in=ways.values("review")).for_page()
    return get_object_or_404(findings, review__pk=pk, element__code=code)


@page
@offers_back
def find(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Read an element and the trust's rating of it, and say what one finds."""
    finding = fetch_finding(request, pk, code)
    levels = _levels(finding.review.assessment.framework)
    if request.method != "POST":
        form = FindingForm(finding=finding, levels=levels)
        return _page(request, finding, Save(form, status=200))
    save = _record(FindingForm(request.POST, finding=finding, levels=levels), request)
    if request.htmx:
        row = (request.htmx.target or "").removeprefix("save-status")
        context = {"finding": finding, "save": save, "row": row}
        return render(request, "reviews/_finding_status.html", context, status=save.status)
    if save.is_saved:
        return redirect_saved(request, _where_next(request, finding))
    return _page(request, finding, save)


def _record(form: FindingForm, request: SignedInRequest) -> Save:
    if not form.is_valid():
        return Save(form, INVALID)
    try:
        saved = form.record(by=request.user)
    except SavedMeanwhile as conflict:
        return Save(form.kept_beside(conflict.current), CONFLICT, theirs=conflict.current)
    except NotNow as refusal:
        return Save(form, CONFLICT, refusal=str(refusal))
    return Save(form, status=200, saved=saved)


def _where_next(request: SignedInRequest, finding: ReviewerRating) -> str:
    """The next element, or where the button says."""
    pk, then = finding.review_id, request.POST.get("then")
    if then == "all":
        return reverse("reviews:find_all", args=[pk]) + f"#{finding.element.code}"
    if then != "list":
        in_order = finding.review.findings.in_order()
        codes = list(in_order.values_list("element__code", flat=True))
        if after := codes[codes.index(finding.element.code) + 1 :]:
            return reverse("reviews:find", args=[pk, after[0]])
    return reverse("reviews:reviewing", args=[pk])


def _page(request: SignedInRequest, finding: ReviewerRating, save: Save) -> HttpResponse:
    review = finding.review
    ratings = list(review.assessment.ratings.in_order())
    place = next(i for i, one in enumerate(ratings) if one.element_id == finding.element_id)
    comments = list(review.comments.filter(element=finding.element).with_answers(review))
    talk = talk_on(
        comments,
        review=review,
        side=Comment.Side.REVIEWERS,
        may_speak=may_speak(review),
        element=finding.element,
    )
    context = context_of_reviewer(review) | {
        "finding": finding,
        "element": finding.element,
        "rating": ratings[place],
        "reading": arrange(finding.element.statements.select_related("level")),
        "levels": save.form.levels,
        "form": save.form,
        "save": save,
        "can_write": review.takes_findings or any(one.is_open for one in comments),
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


@require_safe
def find_all(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every element on one page; each row is a form of its own that `find` takes."""
    review = fetch_reader(request, pk).review
    levels = _levels(review.assessment.framework)
    ratings = {one.element_id: one for one in review.assessment.ratings.in_order()}
    statements: dict[int, list[Statement]] = defaultdict(list)
    of_framework = Statement.objects.filter(element__in=list(ratings))
    for one in of_framework.select_related("level"):
        statements[one.element_id].append(one)
    rows = [
        {
            "finding": one,
            "rating": ratings[one.element_id],
            "reading": arrange(statements[one.element_id]),
            "form": FindingForm(finding=one, levels=levels, in_row=True),
        }
        for one in review.findings.in_order()
    ]
    context = context_of_reviewer(review) | {"rows": rows, "levels": levels}
    return render(request, "reviews/find_all.html", context)


def _levels(framework: Framework) -> list[Level]:
    return list(framework.levels.order_by("order"))

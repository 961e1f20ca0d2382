"""The reviewed trust's pages: board and reviewers side by side, and what the trust answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessments.models import Assessment, Rating
from assessments.sources import Outcome, outcomes_of
from frameworks.models import Element
from govuk.views import page
from reviews.answer_forms import AnswerForm
from reviews.comment_forms import Talk, talk_on
from reviews.gaps import Gap, gaps_between
from reviews.models import Answer, Comment, PeerReview, ReviewerRating
from reviews.signed import as_signed
from reviews.views import context_of, fetch_review
from trusts.drafts import redirect_saved
from trusts.permissions import Permission, has_permission, require_permission
from trusts.sign_in import SignedInRequest


@dataclass(frozen=True)
class Card:
    """One thing that is answered: its form, how a save of it came out, what became of it."""

    form: AnswerForm
    status: int = 200
    saved: Answer | None = None
    theirs: Answer | None = None
    refusal: str = ""
    outcomes: Sequence[Outcome] = ()

    @property
    def answer(self) -> Answer:
        return self.form.instance

    @property
    def is_saved(self) -> bool:
        return self.status == 200

    @property
    def is_priority(self) -> bool:
        """Whether it has become a priority, which it can but once."""
        return any(one.is_priority for one in self.outcomes)

    @property
    def save_url(self) -> str:
        """Where its form is sent, which is also what the browser's copy of it is called."""
        answer = self.answer
        if answer.comment_id:
            return reverse("reviews:answer_comment", args=[answer.review_id, answer.comment_id])
        return reverse("reviews:answer_finding", args=[answer.review_id, answer.finding_id])


def fetch_sent(request: SignedInRequest, pk: int) -> PeerReview:
    """A review whose findings were sent to the trust, for the trust's own people; else 404."""
    sent = PeerReview.objects.visible_to(request.user).filter(submitted_at__isnull=False)
    return get_object_or_404(sent.for_page(), pk=pk)


def findings_of(review: PeerReview) -> list[ReviewerRating]:
    """What was found of every element, each with the answer and how many comments there are."""
    comments = Comment.objects.filter(review=review, element=OuterRef("element"))
    counted = comments.order_by().values("element").values(count=Count("pk"))
    findings = review.findings.in_order().with_focus().select_related("answer__updated_by")
    return list(findings.annotate(comment_count=Coalesce(Subquery(counted), 0)))


@require_safe
def gaps(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where reviewers and board differ, at a glance and element by element."""
    review = fetch_review(request, pk)
    context = context_of(request, review)
    if review.is_submitted:
        ratings = review.assessment.ratings.select_related("level")
        context["gap_map"] = gaps_between(ratings, findings_of(review))
        answers = list(review.answers.all())
        context["unanswered_count"] = sum(1 for one in answers if not one.is_given)
        context["answer_count"] = len(answers)
    return render(request, "reviews/gaps.html", context)


@require_safe
def answer(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """One element: board and reviewers side by side, the trust's answers, and the talk of it."""
    return _element_page(request, fetch_sent(request, pk), code)


@require_safe
def whole(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the reviewers say of the assessment as a whole, and what the trust answers."""
    return _whole_page(request, fetch_sent(request, pk))


@page
def answer_finding(request: SignedInRequest, pk: int, finding: int) -> HttpResponse:
    """Save what the trust answers to a finding."""
    return _save(request, pk, finding__pk=finding)


@page
def answer_comment(request: SignedInRequest, pk: int, comment: int) -> HttpResponse:
    """Save what the trust answers to a comment."""
    return _save(request, pk, comment__pk=comment)


@require_safe
def finding(request: SignedInRequest, pk: int, finding: int) -> HttpResponse:
    """The address by which a finding is known: where it stands."""
    row = get_object_or_404(
        ReviewerRating.objects.visible_to(request.user).select_related("element"),
        review__pk=pk,
        pk=finding,
    )
    return redirect(_place_of(row))


@require_safe
def comment(request: SignedInRequest, pk: int, comment: int) -> HttpResponse:
    """The address by which a comment is known: where it stands."""
    row = get_object_or_404(
        Comment.objects.visible_to(request.user).select_related("element"),
        review__pk=pk,
        pk=comment,
    )
    return redirect(_place_of(row))


def _place_of(said: ReviewerRating | Comment) -> str:
    kind = "comment" if isinstance(said, Comment) else "finding"
    if said.element is None:
        page_url = reverse("reviews:whole", args=[said.review_id])
    else:
        page_url = reverse("reviews:answer", args=[said.review_id, said.element.code])
    return f"{page_url}#{kind}-{said.pk}"


def _save(request: SignedInRequest, pk: int, **answers_to: int) -> HttpResponse:
    """Save one answer; whoever only opens the address is led to where it stands."""
    review = fetch_sent(request, pk)
    rows = review.answers.select_related("finding__element", "comment__element", "updated_by")
    row = get_object_or_404(rows, **answers_to)
    said = row.finding or row.comment
    if said is None or request.method != "POST":
        return redirect(row)
    require_permission(request.user, Permission.REVIEW, review.trust)
    card = save_answer(request, row)
    if request.htmx:
        context = {"card": card}
        return render(request, "reviews/_answer_status.html", context, status=card.status)
    if card.is_saved:
        return redirect_saved(request, _place_of(said))
    if card.refusal:
        review = fetch_sent(request, pk)
    if said.element is None:
        return _whole_page(request, review, card)
    return _element_page(request, review, said.element.code, card)


def save_answer(request: SignedInRequest, answer: Answer) -> Card:
    """Save what was sent of an answer, and say how it came out."""
    save = AnswerForm(request.POST, instance=answer).save(by=request.user)
    return Card(save.form, save.status, save.saved, save.theirs, save.refusal)


def _element_page(
    request: SignedInRequest, review: PeerReview, code: str, sent: Card | None = None
) -> HttpResponse:
    findings = findings_of(review)
    finding = next((one for one in findings if one.element.code == code), None)
    if finding is None:
        raise Http404
    rating_now = _rating(review, finding)
    rating = as_signed(rating_now, finding)
    comments = list(review.comments.filter(element=finding.element_id).with_own_answers())
    cards = _cards(request, [finding, *comments], sent)
    before, after = _around(findings, finding)
    context = context_of(request, review) | {
        "element": finding.element,
        "finding": finding,
        "rating": rating,
        "rating_now": rating_now,
        "gap": Gap(rating, finding),
        "card": cards.get(finding.get_absolute_url()),
        "talk": _talk(request, review, comments, cards, finding.element),
        "sent": sent,
        "form": sent and sent.form,
        "before": before,
        "after": after,
        "can_answer": _can_answer(request, review),
        "can_revise": _can_revise(request, review.assessment),
    }
    return render(request, "reviews/answer.html", context, status=sent.status if sent else 200)


def _whole_page(
    request: SignedInRequest, review: PeerReview, sent: Card | None = None
) -> HttpResponse:
    comments = list(review.comments.filter(element=None).with_own_answers())
    cards = _cards(request, comments, sent)
    context = context_of(request, review) | {
        "talk": _talk(request, review, comments, cards),
        "elements": _elements(review) if cards else [],
        "sent": sent,
        "form": sent and sent.form,
        "can_answer": _can_answer(request, review),
    }
    return render(request, "reviews/whole.html", context, status=sent.status if sent else 200)


def _elements(review: PeerReview) -> list[Element]:
    """To choose from, for which of them something of the whole is taken up."""
    framework = review.assessment.framework_id
    return list(Element.objects.filter(domain__framework=framework).in_order())


def _rating(review: PeerReview, finding: ReviewerRating) -> Rating:
    """The board's judgement, with what it was when the findings came."""
    ratings = review.assessment.ratings.select_related("level", "updated_by")
    rating = ratings.with_level_at(review.submitted_at).get(element=finding.element_id)
    rating.element = finding.element  # read already
    return rating


def _cards(
    request: SignedInRequest, said: Iterable[ReviewerRating | Comment], sent: Card | None
) -> dict[str, Card]:
    """What is answered on the page, by its address; the one that was just sent as it was sent."""
    answers = [answer for one in said if (answer := getattr(one, "answer", None))]
    by_path = {answer.get_absolute_url(): answer for answer in answers}
    outcomes = outcomes_of(request.user, by_path)
    cards = {}
    for path, answer in by_path.items():
        if sent and sent.answer.pk == answer.pk:
            form, theirs, refusal = sent.form, sent.theirs, sent.refusal
            cards[path] = Card(form, sent.status, None, theirs, refusal, outcomes[path])
        else:
            cards[path] = Card(AnswerForm(instance=answer), outcomes=outcomes[path])
    return cards


def _talk(
    request: SignedInRequest,
    review: PeerReview,
    comments: Sequence[Comment],
    cards: Mapping[str, Card],
    element: Element | None = None,
) -> Talk:
    """The threads, each thing that is answered with its card, and the boxes to go on."""
    for one in comments:
        one.card = cards.get(one.get_absolute_url())  # type: ignore[attr-defined]
    may_speak = review.is_under_way and has_permission(
        request.user, Permission.REVIEW, review.trust
    )
    return talk_on(
        comments, review=review, side=Comment.Side.TRUST, may_speak=may_speak, element=element
    )


def _around(
    findings: Sequence[ReviewerRating], finding: ReviewerRating
) -> tuple[ReviewerRating | None, ReviewerRating | None]:
    """The elements before and after this one of which something was said."""
    place = findings.index(finding)

    def first(of: Iterable[ReviewerRating]) -> ReviewerRating | None:
        return next((one for one in of if one.is_begun or one.comment_count), None)  # type: ignore[attr-defined]

    return first(reversed(findings[:place])), first(findings[place + 1 :])


def _can_answer(request: SignedInRequest, review: PeerReview) -> bool:
    """Whether the person may write, and the answers are not sent yet."""
    return review.status == PeerReview.Status.SUBMITTED and has_permission(
        request.user, Permission.REVIEW, review.trust
    )


def _can_revise(request: SignedInRequest, assessment: Assessment) -> bool:
    """Whether the person may change the board’s rating, if need be after reopening."""
    rated = (Assessment.Status.AGREEING, Assessment.Status.AGREED)
    return assessment.status in rated and has_permission(
        request.user, Permission.RATE, assessment.trust
    )

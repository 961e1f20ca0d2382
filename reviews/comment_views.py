"""The pages for talking in a review, for both sides, and for what came of a correction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from assessments.models import SavedMeanwhile
from assessments.views import context_of
from frameworks.models import Element
from govuk.fields import number_of
from govuk.views import CONFLICT, INVALID, page, status_of, typed
from reviews.comment_forms import CommentForm, DraftForm, ResolveForm, who_reads
from reviews.correcting import DEALT_WITH_ALREADY, resolve
from reviews.giving_back import offers_back
from reviews.mails import News
from reviews.models import Comment, FindingDraft, PeerReview
from reviews.querysets import CommentQuerySet
from reviews.reviewing_views import context_of_reviewer, fetch_reader
from reviews.status import ENDED, NotNow
from reviews.talking import SENT, SaidBefore, SentMeanwhile, TakenBack, say, take_back
from reviews.telling import tell_readers, tell_trust
from trusts.drafts import redirect_saved
from trusts.permissions import Permission, require_permission
from trusts.sign_in import SignedInRequest

LAST_DAY_OVER = "the reviewers can no longer read it: their last day of access is over."

Outcome = Comment.Outcome


@dataclass(frozen=True)
class Speaker:
    """Who speaks: for which side, and among which comments; with what their pages show."""

    review: PeerReview
    side: Comment.Side
    comments: CommentQuerySet
    context: dict[str, object]


def trust_speaker(request: SignedInRequest, pk: int) -> Speaker:
    """One of the trust's own people who may answer; 404 for strangers, 403 for other roles."""
    reviews = PeerReview.objects.visible_to(request.user).for_page()
    review = get_object_or_404(reviews, pk=pk)
    require_permission(request.user, Permission.REVIEW, review.trust)
    seen = Comment.objects.visible_to(request.user).filter(review=review)
    context = context_of(request, review.assessment) | {"review": review}
    return Speaker(review, Comment.Side.TRUST, seen, context)


def reviewers_speaker(request: SignedInRequest, pk: int) -> Speaker:
    """A reviewer whom the trust has let in; 404 for everybody else."""
    review = fetch_reader(request, pk).review
    seen = Comment.objects.filter(review=review)
    return Speaker(review, Comment.Side.REVIEWERS, seen, context_of_reviewer(review))


@require_POST
@offers_back
def say_as_trust(request: SignedInRequest, pk: int) -> HttpResponse:
    """The trust comments, replies, or asks for a fact to be corrected."""
    return _say(request, trust_speaker(request, pk))


@require_POST
@offers_back
def say_as_reviewer(request: SignedInRequest, pk: int) -> HttpResponse:
    """A reviewer comments or replies."""
    return _say(request, reviewers_speaker(request, pk))


def _say(request: SignedInRequest, speaker: Speaker) -> HttpResponse:
    element = _element_named(speaker.review, request.POST.get("element", ""))
    read = who_reads(speaker.review, speaker.side)
    form = CommentForm(request.POST, address=request.path, read=read)
    parent = _parent_of(form, speaker)
    context: dict[str, Any] = {"form": form, "element": element, "parent": parent}
    if not form.is_valid():
        return _say_page(request, speaker, context, status=INVALID)
    try:
        if form["parent"].value() and parent is None:
            raise TakenBack
        said = say(
            review=speaker.review,
            side=speaker.side,
            body=form.cleaned_data["body"],
            key=form.cleaned_data["key"],
            by=request.user,
            element=element,
            parent=parent,
            kind=_kind_of(form, speaker, element),
            for_later=form.cleaned_data["for_later"],
        )
    except NotNow as refusal:
        context |= {"refusal": str(refusal)}
    except SentMeanwhile:
        speaker = reviewers_speaker(request, speaker.review.pk)
        context |= {"form": form.to_be_read_at_once(speaker.review), "is_sent_meanwhile": True}
    except TakenBack:
        context |= {"form": form.as_another(parent=""), "parent": None, "is_taken_back": True}
    except SaidBefore as before:
        is_own = before.said.author_id == request.user.pk
        context |= {"form": form.as_another(), "said": before.said if is_own else None}
        context["is_said_before"] = True
    else:
        messages.success(request, _thanks(speaker, said))
        if said.is_correction and not said.is_repeated and not speaker.review.has_ended:
            tell_readers(request, News.CORRECTION, review=speaker.review)
        return redirect_saved(request, place_of(said), draft=form.draft)
    return _say_page(request, speaker, context, status=CONFLICT)


def _element_named(review: PeerReview, code: str) -> Element | None:
    """One of the assessment's own elements; 404 for any other."""
    if not code:
        return None
    elements = Element.objects.filter(domain__framework=review.assessment.framework_id)
    for element in elements.select_related("domain"):
        if element.code == code:
            return element
    raise Http404


def _parent_of(form: CommentForm, speaker: Speaker) -> Comment | None:
    """What it replies to: something of this review that its writer may see, and no reply."""
    number = number_of(str(form["parent"].value() or ""))
    if number is None:
        return None
    firsts = speaker.comments.filter(parent=None).select_related("author", "element__domain")
    return firsts.filter(pk=number).first()


def _kind_of(form: CommentForm, speaker: Speaker, element: Element | None) -> Comment.Kind:
    """A request to correct a fact is the trust's, about an element, and no reply."""
    is_first = not form["parent"].value()
    if form.is_correction and speaker.side == Comment.Side.TRUST and element and is_first:
        return Comment.Kind.CORRECTION
    return Comment.Kind.COMMENT


def _say_page(
    request: SignedInRequest, speaker: Speaker, more: dict[str, Any], *, status: int
) -> HttpResponse:
    context = speaker.context | {"side": speaker.side.value, "back": _back(speaker, more)} | more
    return render(request, "reviews/say.html", context, status=status)


def _back(speaker: Speaker, more: dict[str, Any]) -> str:
    element = more["parent"].element if more["parent"] else more["element"]
    return place_in(speaker.review, element, speaker.side)


def place_in(review: PeerReview, element: Element | None, side: Comment.Side) -> str:
    """The page of an element, or of the review as a whole, for one side."""
    is_trusts = side == Comment.Side.TRUST
    if element is None:
        return reverse("reviews:whole" if is_trusts else "reviews:reviewing", args=[review.pk])
    name = "reviews:answer" if is_trusts else "reviews:find"
    return reverse(name, args=[review.pk, element.code])


def place_of(comment: Comment) -> str:
    """Where a comment stands, for whoever said it."""
    where = place_in(comment.review, comment.element, Comment.Side(comment.side))
    return f"{where}#comment-{comment.pk}"


def _thanks(speaker: Speaker, said: Comment) -> str:
    if speaker.review.takes_findings:
        return "Your comment is kept. The trust sees it once you send your findings."
    if speaker.side == Comment.Side.TRUST and speaker.review.has_ended:
        what = "Your request" if said.is_correction else "Your comment"
        return f"{what} is there, but {LAST_DAY_OVER}"
    if said.is_correction:
        return "The reviewers are asked to correct it."
    other = "reviewers see" if speaker.side == Comment.Side.TRUST else "trust sees"
    return f"Your comment is there. The {other} it from now on."


@page
@offers_back
def change(request: SignedInRequest, pk: int, comment: int) -> HttpResponse:
    """A reviewer says a draft of their own otherwise, or takes it back."""
    speaker = reviewers_speaker(request, pk)
    own = speaker.comments.filter(side=speaker.side, author=request.user)
    draft = get_object_or_404(own.select_related("element", "review"), pk=comment)
    form = DraftForm(typed(request), comment=draft)
    context: dict[str, Any] = {"form": form, "comment": draft, "back": place_of(draft)}
    try:
        if request.method == "POST" and (done := _change(request, form, draft)):
            return done
    except SavedMeanwhile as conflict:
        context |= {"form": form.kept_beside(conflict.current), "theirs": conflict.current}
    except NotNow as refusal:
        context["refusal"] = str(refusal)
    except TakenBack as gone:
        raise Http404 from gone
    status = CONFLICT if {"theirs", "refusal"} & set(context) else status_of(form)
    return render(request, "reviews/comment.html", speaker.context | context, status=status)


def _change(request: SignedInRequest, form: DraftForm, draft: Comment) -> HttpResponse | None:
    """What was asked for, done; None where the form has faults."""
    if request.POST.get("then") == "take_back":
        take_back(comment=draft, by=request.user)
        messages.success(request, "Your comment is taken back.")
        where = place_in(draft.review, draft.element, Comment.Side.REVIEWERS)
        return redirect_saved(request, where)
    if not form.is_valid():
        if not draft.review.takes_findings:  # no box is left in which the fault could be mended
            raise NotNow(SENT if draft.review.is_under_way else ENDED)
        return None
    form.record(by=request.user)
    return redirect_saved(request, place_of(draft))


@page
@offers_back
def deal_with(request: SignedInRequest, pk: int, comment: int) -> HttpResponse:
    """A reviewer says what came of a request to correct a fact."""
    speaker = reviewers_speaker(request, pk)
    asked = speaker.comments.filter(kind=Comment.Kind.CORRECTION)
    correction = get_object_or_404(
        asked.select_related("element", "author", "review", "resolved_by"), pk=comment
    )
    form, refusal = ResolveForm(typed(request)), ""
    if form.is_bound and not form.is_valid() and not correction.is_open:
        refusal = DEALT_WITH_ALREADY  # no box is left in which the fault could be mended
    elif form.is_valid():
        try:
            is_first = _resolve(form, correction, request)
        except (NotNow, SaidBefore) as refused:
            refusal = str(refused)
        else:
            messages.success(request, _said_of(correction, Outcome(form.cleaned_data["outcome"])))
            if is_first:
                tell_trust(request, News.CORRECTED, review=speaker.review)
            return redirect_saved(request, _where_corrected(correction))
    context = speaker.context | {"form": form, "comment": correction, "refusal": refusal}
    context["back"] = _where_corrected(correction)
    status = CONFLICT if refusal else status_of(form)
    return render(request, "reviews/resolve.html", context, status=status)


def _said_of(correction: Comment, outcome: Comment.Outcome) -> str:
    """What came of it, and what of words that were changed and do not take the finding's place."""
    trust = correction.review.trust.name
    if outcome == Outcome.CORRECTED:
        return f"You have said that your finding is corrected. {trust} reads it as it is now."
    said = f"You have said that your finding stands. {trust} reads it as you sent it before."
    rows = FindingDraft.objects.filter(
        finding__review=correction.review_id, finding__element=correction.element_id
    )
    return f"{said} What you changed meanwhile is kept below, for you alone." if rows else said


@require_POST
def take_request_back(request: SignedInRequest, pk: int, comment: int) -> HttpResponse:
    """The trust no longer asks for a correction; the finding stays as it was sent."""
    speaker = trust_speaker(request, pk)
    asked = speaker.comments.filter(kind=Comment.Kind.CORRECTION)
    correction = get_object_or_404(asked.select_related("element", "review"), pk=comment)
    try:
        resolve(correction=correction, outcome=Outcome.TAKEN_BACK, by=request.user)
    except NotNow as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Your request is taken back. The finding stays as it was sent.")
    return redirect(place_of(correction))


@transaction.atomic
def _resolve(form: ResolveForm, correction: Comment, request: SignedInRequest) -> bool:
    """Both or neither: the outcome, and the words that go with it; whether it is the first."""
    outcome = Outcome(form.cleaned_data["outcome"])
    is_first = resolve(correction=correction, outcome=outcome, by=request.user)
    if form.cleaned_data["reply"]:
        say(
            review=correction.review,
            side=Comment.Side.REVIEWERS,
            body=form.cleaned_data["reply"],
            key=form.cleaned_data["key"],
            by=request.user,
            parent=correction,
        )
    return is_first


def _where_corrected(correction: Comment) -> str:
    where = place_in(correction.review, correction.element, Comment.Side.REVIEWERS)
    return f"{where}#comment-{correction.pk}"

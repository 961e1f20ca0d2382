"""A member's own task: to think alone first, element by element or all on one page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from assessments.collecting import finish
from assessments.models import Assessment, Respondent, Response
from assessments.respond_forms import ResponseForm, ViewRow
from assessments.responding import NotAsked
from assessments.row_forms import Save
from assessments.row_pages import Rows
from assessments.status import NotAllowedNow
from assessments.views import context_of
from frameworks.descriptions import arrange
from frameworks.models import Level
from frameworks.names import names_apart
from govuk.views import page
from trusts.drafts import redirect_saved, texts_typed
from trusts.sign_in import SignedInRequest

Answer = Save[ResponseForm, Response]
"""How a save of a view came out."""


def fetch_own(request: SignedInRequest, pk: int) -> Respondent:
    """The person's own place in the assessment; 404 for who was not asked."""
    own = Respondent.objects.visible_to(request.user).filter(user=request.user)
    named = own.select_related("assessment__trust", "assessment__framework__wording_pack")
    return get_object_or_404(named, assessment__pk=pk)


def for_the_asked(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Tells a member who is not asked, or not any more, so; a stranger still finds nothing.

    What they may have typed meanwhile is given back, from the page of all views too.
    """

    @wraps(view)
    def guarded(request: SignedInRequest, pk: int, *rest: object, **named: object) -> HttpResponse:
        try:
            return view(request, pk, *rest, **named)
        except (Http404, NotAsked) as gone:
            visible = Assessment.objects.visible_to(request.user).select_related("trust")
            assessment = visible.filter(pk=pk).first()
            if assessment is None or assessment.respondents.filter(user=request.user).exists():
                raise Http404 from gone
        context = context_of(request, assessment)
        context["notes"] = list(texts_typed(request.POST, ["note"]))
        return render(request, "assessments/not_asked.html", context, status=HTTPStatus.FORBIDDEN)

    return guarded


@page
@for_the_asked
def mine(request: SignedInRequest, pk: int) -> HttpResponse:
    """The own task list; posting says that it is finished."""
    respondent = fetch_own(request, pk)
    if request.method == "POST":
        try:
            finish(respondent=respondent)
        except NotAllowedNow as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(
                request, "Thank you: you have finished. You can still change what you said."
            )
        return redirect("assessments:mine", pk)
    responses = list(respondent.responses.in_order())
    context = _context(request, respondent) | {
        "respondent": respondent,
        "domains": [
            (domain, list(group))
            for domain, group in groupby(responses, key=lambda one: one.element.domain)
        ],
        "answered_count": sum(1 for one in responses if one.is_answered),
        "element_count": len(responses),
        "names": names_apart(one.element for one in responses),
        "next_open": next((one for one in responses if not one.is_answered), None),
    }
    return render(request, "assessments/mine.html", context)


@page
@for_the_asked
def respond_all(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every element on one page, in one form; each row that was written in is saved."""
    respondent = fetch_own(request, pk)
    respondent.user = request.user
    levels, responses = _levels(respondent), list(respondent.responses.in_order())
    for one in responses:
        one.respondent = respondent
    answer = Rows[ViewRow, Response](ViewRow(instance=one, levels=levels) for one in responses)
    if request.method == "POST":
        answer.save(request.POST)
        if request.htmx:
            context = {"answer": answer, "assessment": respondent.assessment}
            return render(request, "assessments/_own_saved.html", context, status=answer.status)
        if answer.is_saved:
            return redirect_saved(request, reverse("assessments:mine", args=[pk]))
        respondent.assessment.refresh_from_db(fields=["status"])  # closed since this began
    context = _context(request, respondent) | {
        "answer": answer,
        "levels": levels,
        "forms": answer.forms,
    }
    return render(request, "assessments/respond_all.html", context, status=answer.status)


@page
@for_the_asked
def respond(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Read an element, and say what one thinks."""
    responses = Response.objects.visible_to(request.user).filter(respondent__user=request.user)
    named = responses.select_related(
        "respondent__assessment__trust",
        "respondent__assessment__framework__wording_pack",
        "respondent__user",
        "element__domain",
        "level",
    )
    response = get_object_or_404(named, respondent__assessment__pk=pk, element__code=code)
    levels = _levels(response.respondent)
    if request.method != "POST":
        form = ResponseForm(instance=response, levels=levels)
        return _page(request, response, Save(form))
    answer = ResponseForm(request.POST, instance=response, levels=levels).save()
    if request.htmx:
        context = {"response": response, "answer": answer}
        return render(request, "assessments/_response_status.html", context, status=answer.status)
    if answer.is_saved:
        return redirect_saved(request, _where_next(request, response))
    return _page(request, response, answer)


def _where_next(request: SignedInRequest, response: Response) -> str:
    """The next element, or where the button says."""
    pk = response.respondent.assessment_id
    if request.POST.get("then") != "list":
        in_order = response.respondent.responses.in_order()
        codes = list(in_order.values_list("element__code", flat=True))
        if response.element.code not in codes:  # taken out since it was saved
            raise NotAsked
        if after := codes[codes.index(response.element.code) + 1 :]:
            return reverse("assessments:respond", args=[pk, after[0]])
    return reverse("assessments:mine", args=[pk])


def _page(request: SignedInRequest, response: Response, answer: Answer) -> HttpResponse:
    siblings = list(response.respondent.responses.in_order().defer("note"))
    place = next((i for i, one in enumerate(siblings) if one.pk == response.pk), None)
    if place is None:  # taken out since it was read
        raise NotAsked
    context = _context(request, response.respondent) | {
        "response": response,
        "element": response.element,
        "reading": arrange(response.element.statements.select_related("level")),
        "levels": answer.form.levels,
        "form": answer.form,
        "answer": answer,
        "place": place + 1,
        "element_count": len(siblings),
        "before": siblings[place - 1] if place else None,
        "after": siblings[place + 1] if place + 1 < len(siblings) else None,
    }
    return render(request, "assessments/respond.html", context, status=answer.status)


def _levels(respondent: Respondent) -> list[Level]:
    return list(respondent.assessment.framework.levels.order_by("order"))


def _context(request: SignedInRequest, respondent: Respondent) -> dict[str, object]:
    assessment = respondent.assessment
    is_open = assessment.status == Assessment.Status.COLLECTING
    return context_of(request, assessment) | {"respondent": respondent, "can_write": is_open}

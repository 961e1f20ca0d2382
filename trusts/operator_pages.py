"""Pages of the operator's area beside Django's own: a lead for a trust, help for a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import AdminForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from govuk.views import typed
from trusts.invitation_mails import TO_LEAD
from trusts.invitation_views import mail_and_tell
from trusts.invitations import TakenUp
from trusts.models import Trust, User
from trusts.operator_actions import NotTheirs, give_lead, take_off_second_factors
from trusts.operator_forms import LeadForm
from trusts.operator_mails import tell_leads, tell_person
from trusts.people import ChangedMeanwhile
from trusts.sessions import end_all
from trusts.sign_in import SignedInRequest

CHANGED = "The trust’s people have changed meanwhile: look at them again"


@dataclass(frozen=True)
class Question:
    """Something to be done to a person, and the page that asks first.

    Attributes:
        key: the end of its address.
        act: does it and says what was done; gets the person and the operator.
    """

    key: str
    title: str
    says: Sequence[str]
    button: str
    act: Callable[[User, User], str]


def _take_off(person: User, by: User) -> str:
    if not take_off_second_factors(person=person):
        return "There was no second step to take off"
    told = tell_person(person=person, what="second_factors_taken_off", by=by)
    return f"Took off every second step; the person {'was' if told else 'could not be'} told"


def _sign_out(person: User, by: User) -> str:
    end_all(person)
    return "Signed the person out everywhere"


QUESTIONS = (
    Question(
        key="second-steps",
        title="Take off the second steps",
        says=(
            "For somebody who has lost their phone or passkey and their recovery codes too. "
            "Make sure first, by a call to a number that you know, that it is they who ask.",
            "Their authenticator app, passkeys and recovery codes go, they are signed out "
            "everywhere, and a mail tells them. Trusts that ask for a second step stay shut "
            "to them until they have set one up again.",
        ),
        button="Take them off",
        act=_take_off,
    ),
    Question(
        key="sign-out",
        title="Sign out everywhere",
        says=(
            "For somebody who has lost a device on which they are signed in. They can sign in "
            "again; to keep them from that, take away “may sign in” instead.",
        ),
        button="Sign the person out",
        act=_sign_out,
    ),
)


def ask(
    model_admin: ModelAdmin, question: Question, request: SignedInRequest, pk: int
) -> HttpResponse:
    """Say what will be done to a person, and do it when the button is pressed."""
    person = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    if request.method == "POST":
        done = question.act(person, request.user)
        model_admin.log_change(request, person, done)
        messages.success(request, f"{done}.")
        return redirect("admin:trusts_user_change", person.pk)
    context = {"question": question}
    return _page(model_admin, request, "ask", person, question.title, context)


def lead_page(model_admin: ModelAdmin, request: SignedInRequest, pk: int) -> HttpResponse:
    """Let another governance lead into a trust; those it has are told."""
    trust = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    form = LeadForm(typed(request), trust=trust, by=request.user)
    if request.method == "POST" and form.is_valid() and _let_in(model_admin, request, form):
        return redirect("admin:trusts_trust_change", trust.pk)
    shown: Any = [(None, {"fields": list(form.fields)})]
    fields = AdminForm(form, shown, {}, model_admin=model_admin)  # type: ignore[arg-type]
    context = {"adminform": fields, "errors": form.errors, "leads": trust.leads}
    return _page(model_admin, request, "lead", trust, "Let a governance lead in", context)


def _let_in(model_admin: ModelAdmin, request: SignedInRequest, form: LeadForm) -> bool:
    trust, lead = form.trust, form.lead
    leads = list(trust.leads)
    try:
        letters = give_lead(trust=trust, lead=lead, by=request.user)
    except NotTheirs as reason:
        form.add_error("lead_email", str(reason))
    except (ChangedMeanwhile, TakenUp):
        form.add_error("lead_email", CHANGED)
    else:
        model_admin.log_change(request, trust, f"Let {lead.email} lead the trust.")
        mail_and_tell(request, letters, via=TO_LEAD)
        if not letters:
            messages.success(request, f"Now {lead.email} leads the trust.")
        if not tell_leads(trust=trust, leads=leads, email=lead.email, by=request.user):
            messages.warning(request, "The trust’s other leads could not all be told by mail.")
        return True
    return False


def send_welcome(request: SignedInRequest, person: User) -> None:
    """Mail a new operator the link by which they choose a password."""
    form = ResetPasswordForm({"email": person.email})
    try:
        form.is_valid()
        form.save(request)
    except ImmediateHttpResponse:
        messages.error(
            request,
            "No mail went to them. They can ask for it at “Forgotten your password?” on the "
            "page to sign in.",
        )
    else:
        messages.success(request, f"A link to choose a password is mailed to {person.email}.")


def _page(
    model_admin: ModelAdmin,
    request: SignedInRequest,
    name: str,
    row: User | Trust,
    title: str,
    context: dict[str, Any],
) -> HttpResponse:
    around = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "subtitle": str(row),
        "opts": model_admin.opts,
        "original": row,
        "back": reverse(f"admin:trusts_{model_admin.opts.model_name}_change", args=[row.pk]),
    }
    return TemplateResponse(request, f"admin/trusts/{name}.html", around | context)

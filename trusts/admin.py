"""The operator's own small area: people, trusts, who belongs where, and who has looked.

No assessment, rating or plan is registered here or elsewhere: an operator keeps the service
running and has no business with what a trust's board wrote. Nor do they sign in as anybody:
there is no password and no address to be changed here. docs/operating.md is for them.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import IntegrityError
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.html import format_html

from govuk.operators import OperatorAdmin, ReadOnly, Rows
from trusts.invitation_mails import TO_LEAD
from trusts.invitation_views import mail_and_tell
from trusts.models import Invitation, Membership, OperatorLook, Role, Trust, User
from trusts.operator_actions import give_lead
from trusts.operator_forms import NewOperatorForm, NewTrustForm, PersonForm
from trusts.operator_pages import QUESTIONS, ask, lead_page, send_welcome
from trusts.second_factor import factors_of
from trusts.sessions import end_all

proved_again = reauthentication_required
"""A page for who has proved within five minutes who they are: an office screen may stand open."""


class MembershipInline(Rows):
    """Who belongs to a trust, or where a person belongs; its leads change that."""

    model = Membership
    fields = ("user", "trust", "role")
    ordering = ("trust__name", "user__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "trust")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Leave out what the page itself is about."""
        return ("trust", "role") if isinstance(obj, User) else ("user", "role")


class InvitationInline(Rows):
    """Who is invited and has neither accepted nor been turned away."""

    model = Invitation
    verbose_name_plural = "invitations that wait"
    fields = ("email", "name", "role", "invited_at", "mailed_at", "expires_at")
    readonly_fields = fields
    ordering = ("email",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        rows: QuerySet[Invitation] = super().get_queryset(request)
        return rows.filter(accepted_at=None, withdrawn_at=None)


class Changeable(OperatorAdmin):
    """A model that operators add to and change.

    What two of them send at once is checked again where the database has refused the second.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            response = super().changeform_view(request, *args, **kwargs)
        self.finish(request)
        return response

    def finish(self, request: Any) -> None:
        """Do what cannot be taken back, such as mails, once the change is committed."""

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form's class, made for this request, with whom it is made for."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.by = request.user
        return form


@admin.register(User)
class PersonAdmin(Changeable):
    """People: whether they may sign in, and who is an operator. Trusts invite their own."""

    ordering = ("name", "email")
    list_display = ("name", "email", "belongs_to", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "memberships__trust")
    search_fields = ("name", "email")
    inlines = (MembershipInline,)
    change_form_template = "admin/trusts/person.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        memberships = Membership.objects.select_related("trust").order_by("trust__name")
        people: QuerySet[User] = super().get_queryset(request)
        return people.prefetch_related(Prefetch("memberships", memberships))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:pk>/{question.key}/",
                self.admin_site.admin_view(proved_again(partial(ask, self, question))),
                name=f"trusts_user_{question.key}",
            )
            for question in QUESTIONS
        ]
        return own + super().get_urls()

    @method_decorator(reauthentication_required(allow_get=True))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Who makes operators or shuts people out has just proved who they are; to look is free."""
        return super().changeform_view(request, *args, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = PersonForm if obj else NewOperatorForm
        return super().get_form(request, obj, change, **kwargs | {"form": form})

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            says = (
                "An operator looks after the service. They choose their own password by a "
                "link that is mailed to them. People of a trust are invited by the trust."
            )
            return [("Another operator", {"fields": ("email", "name"), "description": says})]
        return [
            (None, {"fields": ("name", "email")}),
            ("Access", {"fields": ("is_active", "is_staff", "signs_in_by")}),
            ("Dates", {"fields": ("last_login", "date_joined", "anonymised_at")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        shown = ("email", "signs_in_by", "last_login", "date_joined", "anonymised_at")
        return shown if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Of somebody who was anonymised there is nothing left to change."""
        is_there = obj is None or obj.anonymised_at is None
        return is_there and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save what the page showed and no more; an operator may do all that is here.

        Whoever may not sign in any more is signed out at once.
        """
        if not change:
            obj.is_staff = obj.is_superuser = True
            obj.set_unusable_password()
            obj.save()
            request.welcomed = obj  # type: ignore[attr-defined]
            return
        obj.is_superuser = obj.is_staff
        obj.save(update_fields=["name", "is_active", "is_staff", "is_superuser"])
        if not obj.is_active:
            end_all(obj)

    def finish(self, request: Any) -> None:
        if person := getattr(request, "welcomed", None):
            send_welcome(request, person)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= {"questions": QUESTIONS}
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="belongs to")
    def belongs_to(self, person: User) -> str:
        return ", ".join(
            f"{one.trust} ({one.get_role_display().lower()})" for one in person.memberships.all()
        )

    @admin.display(description="signs in by")
    def signs_in_by(self, person: User) -> str:
        kinds = [factor.get_type_display().lower() for factor in factors_of(person)]
        password = ["password"] if person.has_usable_password() else ["no password"]
        return ", ".join(password + kinds)


class WithoutLead(admin.SimpleListFilter):
    """Trusts that nobody can invite people to."""

    title = "lead"
    parameter_name = "lead"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("none", "Nobody leads it")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Trust]) -> QuerySet[Trust]:
        if self.value() != "none":
            return queryset
        return queryset.exclude(
            Exists(
                Membership.objects.filter(
                    trust=OuterRef("pk"), role=Role.LEAD, user__is_active=True
                )
            )
        )


class HistoryShown(OperatorAdmin):
    """The page of a row's history tells as well what was changed outside this area."""

    object_history_template = "admin/trusts/history.html"

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        changes = row.history.select_related("history_user") if row else ()
        return super().history_view(request, object_id, {"changes": changes})


@admin.register(Trust)
class TrustAdmin(Changeable):
    """Trusts: made with an invitation to their first lead, who invites everybody else."""

    list_display = ("name", "led_by", "people", "invited", "uid")
    list_filter = (WithoutLead, "requires_second_factor")
    search_fields = ("name", "uid")
    inlines = (MembershipInline, InvitationInline)
    change_form_template = "admin/trusts/trust.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trust]:
        leads = Membership.objects.filter(role=Role.LEAD, user__is_active=True)
        waiting = Q(invitations__accepted_at=None, invitations__withdrawn_at=None)
        trusts: QuerySet[Trust] = super().get_queryset(request)
        return trusts.prefetch_related(
            Prefetch("memberships", leads.select_related("user"), to_attr="led_by_them")
        ).annotate(
            people_count=Count("memberships", distinct=True),
            invited_count=Count("invitations", filter=waiting, distinct=True),
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(proved_again(partial(lead_page, self)))
        return [path("<int:pk>/lead/", view, name="trusts_trust_lead"), *super().get_urls()]

    def get_inlines(self, request: HttpRequest, obj: Trust | None) -> Any:
        return self.inlines if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        own = {} if obj else {"form": NewTrustForm}
        return super().get_form(request, obj, change, **kwargs | own)

    def get_fieldsets(self, request: HttpRequest, obj: Trust | None = None) -> Any:
        numbers = ("uid", "companies_house_number")
        if obj:
            return [(None, {"fields": ("name", "slug", *numbers, "requires_second_factor")})]
        says = "They are mailed an invitation, and invite everybody else."
        return [
            (None, {"fields": ("name", "slug", *numbers)}),
            ("First governance lead", {"fields": ("lead_name", "lead_email"), "description": says}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Trust | None = None) -> Any:
        """Links lead to a trust by its slug; whether it asks for a second factor is its own say."""
        return ("slug", "requires_second_factor") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Trust | None = None) -> Any:
        return {} if obj else {"slug": ("name",)}

    def save_model(self, request: HttpRequest, obj: Trust, form: Any, change: bool) -> None:
        """Save the trust; a new one together with the invitation to its first lead."""
        super().save_model(request, obj, form, change)
        if not change:
            request.letters = give_lead(  # type: ignore[attr-defined]
                trust=obj, lead=form.lead, by=form.by
            )

    def finish(self, request: Any) -> None:
        mail_and_tell(request, getattr(request, "letters", ()), via=TO_LEAD)

    def response_post_save_add(self, request: HttpRequest, obj: Trust) -> Any:
        """Go to the trust, where the invitation is to be seen."""
        return redirect("admin:trusts_trust_change", obj.pk)

    @admin.display(description="led by")
    def led_by(self, trust: Any) -> str:
        return ", ".join(str(one.user) for one in trust.led_by_them) or "nobody"

    @admin.display(description="people", ordering="people_count")
    def people(self, trust: Any) -> int:
        return int(trust.people_count)

    @admin.display(description="invited", ordering="invited_count")
    def invited(self, trust: Any) -> int:
        return int(trust.invited_count)


@admin.register(Membership)
class MembershipAdmin(ReadOnly, HistoryShown):
    """Who holds which role, with its history: who gave or changed it, and when."""

    list_display = ("user", "role", "trust")
    list_filter = ("role", "trust")
    list_select_related = ("user", "trust")
    search_fields = ("user__name", "user__email", "trust__name")


@admin.register(OperatorLook)
class LookAdmin(ReadOnly, OperatorAdmin):
    """Who of the operators has opened or changed what, and when; nobody changes this list."""

    list_display = ("at", "operator", "did", "page")
    list_filter = (("operator", admin.RelatedOnlyFieldListFilter), "method")
    list_select_related = ("operator",)
    list_display_links = None
    date_hierarchy = "at"
    search_fields = ("path",)

    @admin.display(description="did", ordering="method")
    def did(self, look: OperatorLook) -> str:
        return {"GET": "looked", "HEAD": "looked", "POST": "sent"}.get(
            look.method, look.method.lower()
        )

    @admin.display(description="page", ordering="path")
    def page(self, look: OperatorLook) -> str:
        """The way there: it says by itself what it is about. A command leads nowhere."""
        if not look.path.startswith("/"):
            return look.path
        return format_html('<a href="{}">{}</a>', look.path, look.path)

"""The operator's own small area: people, trusts and who belongs where.

No assessment, rating or plan is registered here or elsewhere: an operator keeps the
service running and has no business with what a trust's board wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from trusts.models import Membership, Trust, User

if TYPE_CHECKING:
    from django.forms import ModelForm

    PersonForm = ModelForm[User]
else:
    PersonForm = object

admin.site.site_header = "Trust Quality: operator’s area"
admin.site.site_title = "Trust Quality"
admin.site.index_title = "People and trusts"
admin.site.unregister([Group, EmailAddress, Authenticator, UserSession])
admin.site.unregister([SocialAccount, SocialApp, SocialToken])
# One door for all: the sign-in page of the service, with its limits on guessing.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class LowerCaseEmail(PersonForm):
    """An address is kept as it is looked for: in lower case, whichever way it was typed."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class NewPersonForm(LowerCaseEmail, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


class PersonChangeForm(LowerCaseEmail, UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 1
    autocomplete_fields = ("user", "trust")


class NeverDeleted:
    """Deleting would list what hangs on the row, a board's ratings among it, and take it along.

    A person is barred from signing in instead, a trust is left without members.
    """

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(NeverDeleted, UserAdmin):
    """People: made, renamed, given a password, barred from signing in."""

    form = PersonChangeForm
    add_form = NewPersonForm
    ordering = ("name", "email")
    list_display = ("name", "email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "memberships__trust")
    search_fields = ("name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Access", {"fields": ("is_active", "is_staff")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save a person. An operator may do all that is here, so there is one box and not two.

        Allauth's note of an address that the person had goes: kept, it would let whoever
        reads the old mailbox reset the password.
        """
        obj.is_superuser = obj.is_staff
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()


@admin.register(Trust)
class TrustAdmin(NeverDeleted, admin.ModelAdmin):
    """Trusts and the people in them."""

    list_display = ("name", "slug", "uid")
    search_fields = ("name", "uid")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (MembershipInline,)


@admin.register(Membership)
class MembershipAdmin(SimpleHistoryAdmin):
    """Who holds which role, with its history: who gave or changed it, and when."""

    list_display = ("user", "role", "trust")
    list_filter = ("role", "trust")
    list_select_related = ("user", "trust")
    search_fields = ("user__name", "user__email", "trust__name")
    autocomplete_fields = ("user", "trust")

"""What operators fill in: a new operator, a person's access, a trust with its first lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminEmailInputWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError

from trusts.invitation_forms import NameField
from trusts.invitations import Newcomer, Offer, offers_for
from trusts.models import Role, Trust, User
from trusts.names import readable
from trusts.operator_actions import why_not

if TYPE_CHECKING:
    PersonModelForm = forms.ModelForm[User]
    TrustModelForm = forms.ModelForm[Trust]
else:
    PersonModelForm = TrustModelForm = forms.ModelForm


class NamesPerson(PersonModelForm):
    """A person's name, as others can read it."""

    def clean_name(self) -> str:
        return readable(str(self.cleaned_data["name"]))


class NewOperatorForm(NamesPerson):
    """Another operator; they choose their own password."""

    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        """An address is kept as it is looked for: in lower case, whichever way it was typed."""
        return str(self.cleaned_data["email"]).lower()


class PersonForm(NamesPerson):
    """A person's name and access.

    Not the address and not the password: with either, an operator could sign in as them.
    """

    by: User

    class Meta:
        model = User
        fields = ("name", "is_active", "is_staff")

    def clean(self) -> dict[str, Any]:
        """Keep an operator from shutting themself out."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk == self.by.pk:
            for name in ("is_active", "is_staff"):
                if not cleaned.get(name):
                    self.add_error(name, "Another operator can take this from you, not you")
        return cleaned


class LeadFields(forms.Form):
    """Whom to invite as a governance lead.

    Attributes:
        by: the operator who fills it in.
    """

    by: User
    trust: Trust

    lead_name = NameField(
        label="Lead’s name",
        required=False,
        help_text="They can write it as they like when they accept.",
        widget=AdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    lead_email = forms.EmailField(
        label="Lead’s email address",
        max_length=254,
        help_text="The invitation is mailed there, and they will sign in with it.",
        widget=AdminEmailInputWidget(attrs={"autocomplete": "off"}),
    )

    @property
    def lead(self) -> Newcomer:
        """Whom the form names."""
        cleaned = self.cleaned_data
        return Newcomer(cleaned["lead_email"], Role.LEAD, cleaned.get("lead_name", ""))

    def clean_lead_email(self) -> str:
        email = str(self.cleaned_data["lead_email"]).lower()
        if reason := why_not(self.trust, self.known_of(Newcomer(email, Role.LEAD)), by=self.by):
            raise ValidationError(reason)
        return email

    def known_of(self, lead: Newcomer) -> Offer:
        """The person beside what the trust knows of them."""
        [offer] = offers_for(self.trust, [lead])
        return offer


class NewTrustForm(LeadFields, TrustModelForm):
    """A trust and whom to invite as its first lead."""

    class Meta:
        model = Trust
        fields = ("name", "slug", "uid", "companies_house_number")
        labels = {"slug": "Short name"}
        help_texts = {
            "slug": "It stands in the trust’s addresses, such as /trusts/northfield/, and stays."
        }

    @property
    def trust(self) -> Trust:  # type: ignore[override]
        return self.instance

    def known_of(self, lead: Newcomer) -> Offer:
        """A new trust knows nobody."""
        return Offer(lead)


class LeadForm(LeadFields):
    """Another lead of a trust that is there."""

    def __init__(self, *args: Any, trust: Trust, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trust, self.by = trust, by

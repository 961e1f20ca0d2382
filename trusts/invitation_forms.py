"""What a lead fills in to invite people, and what an invited person fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db.models import TextChoices

from govuk.fields import HintedRadioSelect, MultilineField, too_long
from sheets.reading import Fault, UnreadableSheet, read_workbook
from trusts.invitations import Newcomer, Offer, offers_for
from trusts.models import Role, Trust, User
from trusts.names import is_taken, readable
from trusts.newcomers import LONGEST_NAME, lines_of, read_newcomers
from trusts.password_forms import HINT

LONGEST_LIST = 30_000
ROLE_HINTS: dict[str, str] = {
    Role.LEAD: "Clerk or company secretary: sets up assessments, invites people, and does "
    "whatever the others do.",
    Role.CHAIR: "Records and signs off the board’s ratings, and issues reports.",
    Role.EXECUTIVE: "Writes the action plan and issues reports.",
    Role.TRUSTEE: "A member of the board: reads everything of the trust.",
    Role.OBSERVER: "Reads everything, without belonging to the board.",
}


def put(form: forms.Form, name: str, value: str) -> None:
    """Let a form that comes back say this in a field, whatever was sent."""
    form.data = form.data.copy()  # type: ignore[attr-defined]
    form.data[name] = value  # type: ignore[index]


class RoleField(forms.ChoiceField):
    """One of the roles, each with what it may do."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=Role.choices,
            widget=HintedRadioSelect(hints=ROLE_HINTS),
            error_messages={
                "required": "Choose a role",
                "invalid_choice": "Choose one of the roles in the list",
            },
            **options,
        )


class NameField(forms.CharField):
    """A person's name, in one line and with nothing in it that cannot be shown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=LONGEST_NAME,
            error_messages={
                "required": "Enter your name",
                "max_length": too_long("The name"),
            },
            **options,
        )

    def clean(self, value: Any) -> str:
        return readable(str(super().clean(value)))


class InviteForm(forms.Form):
    """One person to be invited."""

    email = forms.EmailField(
        label="Email address",
        max_length=254,
        help_text="The invitation is mailed there, and they will sign in with it.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Enter an email address",
            "invalid": "Enter an email address like name@example.org",
            "max_length": "The email address must be %(limit_value)s characters or fewer",
        },
    )
    name = NameField(
        required=False,
        help_text="So that others know who is meant. They can write it as they like when they "
        "accept.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = RoleField()

    def __init__(self, *args: Any, trust: Trust, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trust = trust

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "email" in cleaned:
            [offer] = offers_for(self.trust, [Newcomer(cleaned["email"], "")])
            if not offer.is_needed:
                self.add_error("email", why_left_out(offer))
        return cleaned

    @property
    def newcomer(self) -> Newcomer:
        cleaned = self.cleaned_data
        return Newcomer(email=cleaned["email"], role=cleaned["role"], name=cleaned["name"])


def why_left_out(offer: Offer) -> str:
    """Why nothing is mailed to this address."""
    if offer.membership:
        role = offer.membership.get_role_display()
        return f"{offer.newcomer.email} belongs to the trust already, as {role.lower()}"
    return f"{offer.newcomer.email} has an invitation already, whose link is still good"


class NewcomersField(MultilineField):
    """The box for a list of people."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            max_length=LONGEST_LIST,
            widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
            help_text="One person a line: name, email address, role. For example: "
            "Jane Smith, jane@example.org, Trustee",
            error_messages={
                "max_length": too_long("The list"),
            },
            **options,
        )
        self.show_optional = False


class SheetField(forms.FileField):
    """A spreadsheet of people."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            widget=forms.FileInput(attrs={"accept": ".xlsx"}),
            help_text="An Excel file (.xlsx) with the columns Name, Email and Role. Its first "
            "sheet is read into the box above.",
            error_messages={
                "invalid": "Select a spreadsheet",
                "missing": "Select a spreadsheet",
                "empty": "The selected file is empty",
            },
            **options,
        )
        self.show_optional = False


class NewcomersMixin(forms.Form):
    """Reads a list of people out of a box and a spreadsheet.

    Attributes:
        offers: everybody in it, beside what is known of them.
        faults: what is wrong, line by line.
    """

    lines = NewcomersField(label="People to invite")
    sheet = SheetField(label="Or a spreadsheet")
    newcomer_role = forms.ChoiceField(
        label="Role where a line names none",
        choices=Role.choices,
        initial=Role.TRUSTEE,
        required=False,
        error_messages={"invalid_choice": "Choose one of the roles in the list"},
    )

    def __init__(self, *args: Any, trust: Trust, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trust = trust
        self.offers: list[Offer] = []
        self.faults: list[Fault] = []
        self.fields["newcomer_role"].show_optional = False  # type: ignore[attr-defined]

    @property
    def needed(self) -> list[Offer]:
        """Those to whom a mail goes."""
        return [offer for offer in self.offers if offer.is_needed]

    @property
    def left_out(self) -> list[tuple[Offer, str]]:
        """The others, and why."""
        return [(offer, why_left_out(offer)) for offer in self.offers if not offer.is_needed]

    @property
    def newcomers(self) -> list[Newcomer]:
        return [offer.newcomer for offer in self.offers]

    def clean_sheet(self) -> str:
        """The sheet as lines."""
        file = self.cleaned_data["sheet"]
        if not file:
            return ""
        try:
            sheets = read_workbook(file)
        except UnreadableSheet as refusal:
            raise ValidationError(str(refusal)) from refusal
        lines = lines_of(next(filter(None, sheets.values()), []))
        if not lines:
            raise ValidationError("The selected file has no rows below its headings")
        return lines

    def read_lines(self) -> None:
        """Read box and sheet together; the box then holds both."""
        typed, sheet = self.cleaned_data.get("lines"), self.cleaned_data.get("sheet")
        if sheet:
            typed = "\n".join(filter(None, [typed, sheet]))
            put(self, "lines", typed)
            if len(typed) > LONGEST_LIST:
                self.add_error("sheet", "The selected file is too long to be read at once")
                return
        if typed:
            role = self.cleaned_data.get("newcomer_role") or Role.TRUSTEE
            newcomers, self.faults = read_newcomers(typed, role=role)
            self.offers = offers_for(self.trust, newcomers)
        if self.faults:
            count = len(self.faults)
            self.add_error(
                "lines",
                f"The list has {count} fault{'' if count == 1 else 's'}. Put right what is "
                "listed below; nobody has been invited yet",
            )


class InviteSeveralForm(NewcomersMixin):
    """Several people to be invited."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.read_lines()
        if not self.errors and not self.offers:
            self.add_error("lines", "Write the people into the box, or select a spreadsheet")
        elif not self.errors and not self.needed:
            self.add_error("lines", "Everybody in this list is here or invited already")
        return cleaned


class InvitationForm(forms.Form):
    """Which of the buttons beside an invitation was pressed."""

    class Then(TextChoices):
        SEND = "send", "Send it again"
        WITHDRAW = "withdraw", "Withdraw it"

    then = forms.ChoiceField(
        choices=Then.choices,
        widget=forms.HiddenInput,
        error_messages={
            "required": "Choose what to do with this invitation",
            "invalid_choice": "Choose what to do with this invitation",
        },
    )


class JoinForm(forms.Form):
    """An invitation, taken up with the account that the page named."""

    account = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.initial["account"] = user.pk

    def clean_account(self) -> str:
        """Refuse a page that was made for somebody else, or for nobody."""
        if self.cleaned_data["account"] != str(self.user.pk):
            put(self, "account", str(self.user.pk))
            raise ValidationError(
                f"You are signed in as {self.user.email}. Say whether you want to accept "
                "with this account"
            )
        return str(self.user.pk)


class NewPersonForm(forms.Form):
    """An invited person who has no account yet.

    Attributes:
        name_hint: who will see the name.
    """

    name_hint = ""
    name = NameField(
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password1 = forms.CharField(
        label="New password",
        strip=False,
        help_text=HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter a new password"},
    )
    password2 = forms.CharField(
        label="New password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter the new password again"},
    )

    def __init__(self, *args: Any, invitation: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.initial["name"] = invitation.name
        self.fields["name"].help_text = self.name_hint

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first:
            try:
                person = User(email=self.invitation.email, name=cleaned.get("name", ""))
                password_validation.validate_password(first, person)
            except ValidationError as refusal:
                self.add_error("password1", refusal)
        if first and second and first != second:
            self.add_error("password2", "The two passwords are not the same. Enter both again")
        return cleaned


class NewMemberForm(NewPersonForm):
    """Somebody new who is to belong to a trust."""

    name_hint = "As the others of the trust will see it."

    def clean_name(self) -> str:
        """History and lists name people by this alone, so no two who join may share it."""
        name = str(self.cleaned_data["name"])
        if is_taken(name, trust=self.invitation.trust):
            raise ValidationError(
                "Somebody in the trust is called this already. Add what tells you apart, such as "
                "another first name or what you do"
            )
        return name

"""Forms of the second factor: allauth's, in our words and safe from whatever is sent."""

from __future__ import annotations

import re
import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms

from trusts.models import User

LONGEST_CODE = 40
"""Characters: room for the blanks that some apps and people put between digits."""
LONGEST_NAME = 60
LONGEST_CREDENTIAL = 20_000
RESPONSE = ("clientDataJSON", "attestationObject")
BASE64 = re.compile(r"[A-Za-z0-9_-]+=*")


class NamesCode(forms.Form):
    """A code of six digits from an app, or one of the recovery codes."""

    code_label = "Code"
    code_hint = "The six digits that your app shows now, or one of your recovery codes."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=self.code_label,
            help_text=self.hint(),
            max_length=LONGEST_CODE,
            error_messages={"required": "Enter a code"},
            widget=forms.TextInput(
                attrs={
                    "autocomplete": "one-time-code",
                    "inputmode": "numeric",
                    "class": "govuk-input--width-10",
                }
            ),
        )

    def hint(self) -> str:
        return self.code_hint


class CodeThatTheyHave(NamesCode):
    """Whoever has passkeys and no app has recovery codes, and no six digits."""

    user: User

    def hint(self) -> str:
        return super().hint() if has_app(self.user) else "One of your recovery codes."


def has_app(user: User) -> bool:
    return _has(user, Authenticator.Type.TOTP)


def has_passkey(user: User) -> bool:
    return _has(user, Authenticator.Type.WEBAUTHN)


def _has(user: User, kind: str) -> bool:
    found: bool = Authenticator.objects.filter(user=user, type=kind).exists()
    return found


class CodeForm(CodeThatTheyHave, AuthenticateForm):
    """At sign-in, after the password."""


class CodeAgainForm(CodeThatTheyHave, ReauthenticateForm):
    """Before something sensitive."""


class AppForm(NamesCode, ActivateTOTPForm):
    """The first code of an app that has just read the picture."""

    code_label = "Code from the app"
    code_hint = "The six digits that the app shows now. They change every 30 seconds."


class NamesPasskey(forms.Form):
    """What a passkey is called in the person's own list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label="Name of this passkey",
            help_text="To tell it from others, such as “My phone”.",
            max_length=LONGEST_NAME,
            required=self.fields["name"].required,
            initial=self.initial.get("name"),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.order_fields(["name"])


SHAPELESS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    InvalidSignature,
    LookupError,
    RecursionError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    struct.error,
)


class CredentialField(forms.JSONField):
    """What a passkey answers: always an object, and never shown again."""

    def to_python(self, value: Any) -> Any:
        if len(value or "") > LONGEST_CREDENTIAL:
            raise _refusal()
        try:
            credential = super().to_python(value)
        except SHAPELESS:
            raise _refusal() from None
        if credential is not None and not isinstance(credential, dict):
            raise _refusal()
        return credential

    def bound_data(self, data: Any, initial: Any) -> str:
        return ""

    def prepare_value(self, value: Any) -> str:
        return ""


class SurvivesNonsense(forms.Form):
    """What a script sends need not have the shape of a passkey; it is refused in any case.

    allauth and fido2 take much of that shape for granted. Nothing is written before both
    have gone through, so whatever they stumble over is an answer that is not right.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField(
            widget=forms.HiddenInput,
            error_messages={"required": "No passkey was used."},
        )

    def _clean_fields(self) -> None:
        try:
            super()._clean_fields()  # type: ignore[misc]
        except SHAPELESS:
            self.add_error("credential", _refusal())

    def _clean_form(self) -> None:
        try:
            super()._clean_form()  # type: ignore[misc]
        except SHAPELESS:
            self.add_error("credential", _refusal())


def _refusal() -> forms.ValidationError:
    error: forms.ValidationError = get_adapter().validation_error("incorrect_code")
    return error


class AddPasskeyForm(NamesPasskey, SurvivesNonsense, AddWebAuthnForm):
    """A new passkey; with the tick it replaces the password at sign-in."""

    passwordless = forms.BooleanField(
        label="Sign in with it alone, without the password",
        help_text=(
            "Your device then asks for your fingerprint, your face or its PIN. "
            "Untick this for a security key that has none of these."
        ),
        required=False,
        initial=True,
    )

    def clean_credential(self) -> dict[str, Any]:
        """Keep what makes a passkey and nothing else that was sent with it."""
        credential: dict[str, Any] = self.cleaned_data["credential"]
        told = credential.get("clientExtensionResults", {}).get("credProps", {})
        response = {name: credential["response"][name] for name in RESPONSE}
        if not all(map(BASE64.fullmatch, (credential["rawId"], *response.values()))):
            raise _refusal()
        return {
            "type": "public-key",
            "id": credential["rawId"],
            "rawId": credential["rawId"],
            "response": response,
            "clientExtensionResults": {"credProps": {"rk": bool(told.get("rk"))}},
        }


class NamePasskeyForm(NamesPasskey, EditWebAuthnForm):
    """Another name for a passkey."""


class PasskeyForm(SurvivesNonsense, AuthenticateWebAuthnForm):
    """At sign-in, after the password."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.is_offered, self.is_alone = has_passkey(user), not has_app(user)


class PasskeyAgainForm(SurvivesNonsense, ReauthenticateWebAuthnForm):
    """Before something sensitive."""


class PasskeyAloneForm(SurvivesNonsense, LoginWebAuthnForm):
    """Instead of the password."""

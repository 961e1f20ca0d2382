"""Forms in which a password is chosen: allauth's, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm, SetPasswordForm
from django import forms

HINT = (
    "At least 12 characters. Three or four words that do not belong together are good, "
    "and easy to remember."
)


class InOurWords(forms.Form):
    """Labels and the hint of the two boxes for a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        new, again = self.fields["password1"], self.fields["password2"]
        new.label, again.label = "New password", "New password again"
        new.help_text = HINT


class ChangeForm(InOurWords, ChangePasswordForm):
    """By who knows the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Present password"


class SetForm(InOurWords, SetPasswordForm):
    """By who has none yet, and signs in by a work account or a passkey."""


class ResetForm(InOurWords, ResetPasswordKeyForm):
    """By who has got the link."""

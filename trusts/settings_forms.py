"""What a governance lead may settle for a trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from trusts.models import Trust

if TYPE_CHECKING:
    SettingsForm = forms.ModelForm[Trust]
else:
    SettingsForm = forms.ModelForm


class TrustSettingsForm(SettingsForm):
    """Whether everybody has to sign in with a second factor."""

    class Meta:
        model = Trust
        fields = ("requires_second_factor",)
        labels = {"requires_second_factor": "Everybody signs in with a second step"}
        help_texts = {
            "requires_second_factor": (
                "A code from an authenticator app, or a passkey. Whoever has none yet is "
                "asked to set one up when they next open this trust. Nothing they are "
                "writing is lost."
            )
        }

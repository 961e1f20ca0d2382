"""django-oauth-toolkit's own rules, with the claims that Microsoft and Google add."""

from __future__ import annotations

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator

from tests.openid.lies import TOLD


class Validator(OAuth2Validator):
    """Says what a person's address is, and what else a test wants said."""

    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        address = request.user.email
        added: dict[str, Any] = TOLD["claims"]
        return {"email": address, "preferred_username": address} | added

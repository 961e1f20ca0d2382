"""Reading an ID token: whom a provider says it has just signed in, and for us.

The rules are those of OpenID Connect Core 1.0, section 3.1.3.7. The signature is checked
although Core lets it be where the token came straight from the provider: a token that is
not the provider's own is then refused whatever stands between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

ALGORITHMS = (
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
)
"""Signatures that only the holder of a private key can make: not `none`, none with a secret."""
CLOCKS_DIFFER = 60
"""Seconds by which the provider's clock may be ahead of ours or behind."""
LABEL_LENGTH = 200


class TokenRefused(Exception):
    """The token does not say what it must; the text is for the log and holds nothing of it."""


class AnotherOrganisation(TokenRefused):
    """It is all right but for the organisation: somebody chose their private account."""


@dataclass(frozen=True)
class Expected:
    """What a token must say to be for us, and for this one attempt to sign in."""

    issuer: str
    client_id: str
    nonce: str
    hosted_domain: str = ""


@dataclass(frozen=True)
class Identity:
    """A work account: who vouches for it, who it is to them, and what its owner would call it."""

    issuer: str
    subject: str
    label: str


def read_identity(token: str, *, keys: Mapping[str, Any], expected: Expected) -> Identity:
    """The account that a token speaks of.

    Args:
        token: as the provider's token endpoint gave it.
        keys: the provider's JSON Web Key Set.
        expected: what it must say.

    Raises:
        TokenRefused: it is not signed by the provider, not for us, or not of this attempt.
    """
    try:
        claims = jwt.decode(
            token,
            key=_key_of(token, keys),
            algorithms=ALGORITHMS,
            issuer=expected.issuer,
            audience=expected.client_id,
            leeway=CLOCKS_DIFFER,
            options={
                "require": ["iss", "aud", "exp", "iat", "sub", "nonce"],
                "enforce_minimum_key_length": True,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as fault:
        raise TokenRefused(type(fault).__name__) from fault
    _check(claims, expected)
    return Identity(issuer=claims["iss"], subject=claims["sub"], label=_label_of(claims))


def _key_of(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """The provider's key that the token names; it need not name one where there is one only."""
    named = jwt.get_unverified_header(token).get("kid")
    signing = [
        key
        for key in jwt.PyJWKSet.from_dict(dict(keys)).keys
        if key.public_key_use in (None, "sig") and named in (None, key.key_id)
    ]
    if len(signing) != 1:
        raise TokenRefused("not a key of the provider")
    return signing[0]


def _check(claims: Mapping[str, Any], expected: Expected) -> None:
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    party = claims.get("azp", None if len(audiences) > 1 else expected.client_id)
    if party != expected.client_id:
        raise TokenRefused("for another service")
    if claims["nonce"] != expected.nonce:
        raise TokenRefused("of another attempt")
    if not claims["sub"]:
        raise TokenRefused("of nobody")
    if expected.hosted_domain and claims.get("hd") != expected.hosted_domain:
        raise AnotherOrganisation("of another organisation")


def _label_of(claims: Mapping[str, Any]) -> str:
    """What the owner knows the account by; shown to them alone and never matched with anything."""
    names = (claims.get(name) for name in ("preferred_username", "email", "name"))
    found = (_printable(name) for name in names if isinstance(name, str))
    return next((name[:LABEL_LENGTH] for name in found if name), "")


def _printable(text: str) -> str:
    """The text on one line, without what a database or a mail could not hold."""
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    return " ".join(words)

"""What the provider says in its tokens: the truth, or the one lie that a test asked for.

django-oauth-toolkit makes each token; only then is it told again, falsely.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

Claims = dict[str, Any]
TOLD: dict[str, Any] = {
    "lie": "",
    "claims": {},
    "description": {},
    "status": 200,
    "body": "",
    "delay": 0,
}
"""What is told at present; `control` in urls.py changes it."""

CHANGES: dict[str, Callable[[Claims], Claims]] = {
    "another issuer": lambda claims: claims | {"iss": "https://issuer.evil.example"},
    "no issuer": lambda claims: _without(claims, "iss"),
    "another audience": lambda claims: claims | {"aud": "another-service"},
    "no audience": lambda claims: _without(claims, "aud"),
    "two audiences": lambda claims: claims | {"aud": [_audience(claims), "another-service"]},
    "another party": lambda claims: claims | {"azp": "another-service"},
    "expired": lambda claims: claims | {"exp": int(time.time()) - 120},
    "never expires": lambda claims: _without(claims, "exp"),
    "of tomorrow": lambda claims: claims | {"iat": int(time.time()) + 24 * 3600},
    "another nonce": lambda claims: claims | {"nonce": "0" * 64},
    "no nonce": lambda claims: _without(claims, "nonce"),
    "a nonce that is none": lambda claims: claims | {"nonce": ["\ud800"]},
    "of nobody": lambda claims: claims | {"sub": ""},
    "no subject": lambda claims: _without(claims, "sub"),
    "a number as subject": lambda claims: claims | {"sub": 1},
    "a date that is none": lambda claims: claims | {"exp": 1e400},
}
SIGNATURES: dict[str, Callable[[Claims, Any, str], str]] = {
    "not signed": lambda claims, key, kid: _unsigned(claims),
    "signed by another key": lambda claims, key, kid: _signed(claims, _new_key(), kid),
    "signed by an unknown key": lambda claims, key, kid: _signed(claims, _new_key(), "unknown"),
    "signed with what everybody knows": lambda claims, key, kid: jwt.encode(
        claims, str(kid).ljust(32), "HS256", headers={"kid": kid}
    ),
    "another algorithm": lambda claims, key, kid: _signed(claims, key, kid, "RS512"),
    "cut short": lambda claims, key, kid: _signed(claims, key, kid)[:-8],
    "no token at all": lambda claims, key, kid: "",
    "not a token": lambda claims, key, kid: "é.\ud83d.è",
}
LIES = [*CHANGES, *SIGNATURES]


def told_again(token: str, key: Any) -> str:
    """The provider's token, with the present lie if there is one; `key` is the provider's own."""
    if not TOLD["lie"]:
        return token
    claims: Claims = jwt.decode(token, options={"verify_signature": False})
    claims = CHANGES.get(TOLD["lie"], dict)(claims)
    kid = jwt.get_unverified_header(token)["kid"]
    return SIGNATURES.get(TOLD["lie"], _signed)(claims, key, kid)


def _without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}


def _audience(claims: Claims) -> str:
    audience = claims["aud"]
    return str(audience[0] if isinstance(audience, list) else audience)


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _signed(claims: Claims, key: Any, kid: str, algorithm: str = "RS256") -> str:
    """The token; PyJWT would not write some of the falsehoods, so its lower layer does."""
    return jwt.api_jws.encode(json.dumps(claims).encode(), key, algorithm, headers={"kid": kid})


def _unsigned(claims: Claims) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(_in_base64(json.dumps(part)) for part in parts) + "."


def _in_base64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

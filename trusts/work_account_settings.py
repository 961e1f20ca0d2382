"""Which work accounts people may sign in with, as the environment says once at the start.

Every provider is asked by OpenID Connect alone. What is half set, or would let in accounts
of any organisation, stops the service from starting (docs/work-accounts.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

MICROSOFT = "https://login.microsoftonline.com"
GOOGLE = "https://accounts.google.com"
GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
DOMAIN = r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant that Microsoft keeps everybody's private accounts in."""
EVERYBODY = ("common", "organizations", "consumers", PERSONAL)
"""Microsoft's names for accounts of any organisation, or of none."""
OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class WorkAccountProvider:
    """A provider of work accounts, and what ties it to one organisation."""

    key: str
    """Its part of our addresses, and of the rows that link a person's account."""
    name: str
    server_url: str
    """It describes itself at `/.well-known/openid-configuration` below this."""
    issuer: re.Pattern[str]
    """What it may call itself, there and in its tokens."""
    client_id: str
    client_secret: str = field(repr=False)
    hosted_domain: str = ""
    """Google's word for the organisation, in the claim `hd`; empty lets any account be linked."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What it is asked beside the usual."""


def providers_from(
    values: Mapping[str, str], *, over_https: bool
) -> tuple[WorkAccountProvider, ...]:
    """The providers that the values, by the names of docs/settings.md, describe.

    Raises:
        ImproperlyConfigured: one is half set, or open to accounts of any organisation.
    """
    cleaned = {name: value.strip() for name, value in values.items()}
    found = (_microsoft(cleaned), _google(cleaned), _another(cleaned, over_https=over_https))
    return tuple(one for one in found if one)


def _microsoft(values: Mapping[str, str]) -> WorkAccountProvider | None:
    if not _is_set(values, "MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET", "MICROSOFT_TENANT"):
        return None
    tenant = values["MICROSOFT_TENANT"].lower()
    by_id = bool(re.fullmatch(GUID, tenant))
    if tenant in EVERYBODY or not (by_id or re.fullmatch(DOMAIN, tenant)):
        raise ImproperlyConfigured(
            "MICROSOFT_TENANT must be your organisation's tenant id or one of its domains; "
            "with 'common', 'organizations' or 'consumers' anybody's account would do."
        )
    # The issuer always names the tenant by its id, also where we were told a domain.
    tenant_id = tenant if by_id else f"(?!{PERSONAL}){GUID}"
    return WorkAccountProvider(
        key="microsoft",
        name="Microsoft",
        server_url=f"{MICROSOFT}/{tenant}/v2.0",
        issuer=re.compile(rf"{re.escape(MICROSOFT)}/{tenant_id}/v2\.0"),
        client_id=values["MICROSOFT_CLIENT_ID"],
        client_secret=values["MICROSOFT_CLIENT_SECRET"],
        parameters={"prompt": "select_account"},
    )


def _google(values: Mapping[str, str]) -> WorkAccountProvider | None:
    domain = values["GOOGLE_HOSTED_DOMAIN"].lower()
    names = ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"]
    if not _is_set(values, *names, *(["GOOGLE_HOSTED_DOMAIN"] if domain else [])):
        return None
    if domain and not re.fullmatch(DOMAIN, domain):
        raise ImproperlyConfigured("GOOGLE_HOSTED_DOMAIN must be a domain, such as trust.org.uk.")
    return WorkAccountProvider(
        key="google",
        name="Google",
        server_url=GOOGLE,
        issuer=re.compile(re.escape(GOOGLE)),
        client_id=values["GOOGLE_CLIENT_ID"],
        client_secret=values["GOOGLE_CLIENT_SECRET"],
        hosted_domain=domain,
        parameters={"prompt": "select_account"} | ({"hd": domain} if domain else {}),
    )


def _another(values: Mapping[str, str], *, over_https: bool) -> WorkAccountProvider | None:
    if not _is_set(values, "OIDC_NAME", "OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_SECRET"):
        return None
    url = values["OIDC_SERVER_URL"]
    if not _may_be_asked(url, over_https=over_https):
        raise ImproperlyConfigured(
            "OIDC_SERVER_URL must be the provider's issuer, an https:// address without a query."
        )
    return WorkAccountProvider(
        key="oidc",
        name=values["OIDC_NAME"],
        server_url=url.rstrip("/"),
        issuer=re.compile(re.escape(url)),
        client_id=values["OIDC_CLIENT_ID"],
        client_secret=values["OIDC_SECRET"],
    )


def _is_set(values: Mapping[str, str], *names: str) -> bool:
    """Whether all of the names have a value; none of them is as well, some of them are not."""
    missing = [name for name in names if not values[name]]
    if missing and len(missing) < len(names):
        raise ImproperlyConfigured(
            f"Set {' and '.join(missing)} too, or none of {', '.join(names)}."
        )
    return not missing


def _may_be_asked(url: str, *, over_https: bool) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.hostname or parts.query or parts.fragment or parts.username is not None:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and not over_https and parts.hostname in OWN_MACHINE
    )

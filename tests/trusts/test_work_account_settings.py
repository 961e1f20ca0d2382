"""Settings of work accounts: half of one, or one for everybody, stops the service."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from trusts.work_account_settings import PERSONAL, WorkAccountProvider, providers_from

pytestmark = pytest.mark.once
NAMES = (
    *("MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET", "MICROSOFT_TENANT"),
    *("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "GOOGLE_HOSTED_DOMAIN"),
    *("OIDC_NAME", "OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_SECRET"),
)
TENANT = "11111111-2222-3333-4444-555555555555"
MICROSOFT = {
    "MICROSOFT_CLIENT_ID": "id",
    "MICROSOFT_CLIENT_SECRET": "hidden",
    "MICROSOFT_TENANT": TENANT,
}
GOOGLE = {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "hidden"}
OIDC = {
    "OIDC_NAME": "Northfield",
    "OIDC_SERVER_URL": "https://id.northfield.example/realm/",
    "OIDC_CLIENT_ID": "id",
    "OIDC_SECRET": "hidden",
}


def found(*, over_https: bool = True, **values: str) -> list[WorkAccountProvider]:
    return list(providers_from(dict.fromkeys(NAMES, "") | values, over_https=over_https))


def test_nothing_set_is_nothing_offered() -> None:
    assert found() == []


def test_all_three_may_be_set() -> None:
    providers = found(**MICROSOFT, **GOOGLE, **OIDC)
    assert [one.key for one in providers] == ["microsoft", "google", "oidc"]
    assert [one.name for one in providers] == ["Microsoft", "Google", "Northfield"]
    assert "hidden" not in repr(providers)


@pytest.mark.parametrize("of", [MICROSOFT, GOOGLE, OIDC])
def test_half_of_one_is_refused_and_says_what_is_missing(of: dict[str, str]) -> None:
    for name in of:
        with pytest.raises(ImproperlyConfigured, match=f"Set {name} too") as refused:
            found(**of | {name: " "})
        assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    "tenant",
    [
        *("common", "organizations", "consumers", "Common", PERSONAL),
        *("northfield", "northfield.example/../common", "a b.example", "-.example", "x" * 300),
    ],
)
def test_microsoft_is_one_organisation(tenant: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MICROSOFT_TENANT"):
        found(**MICROSOFT | {"MICROSOFT_TENANT": tenant})


@pytest.mark.parametrize(
    ("tenant", "issuer", "is_its"),
    [
        (TENANT, TENANT, True),
        (TENANT.upper(), TENANT, True),
        (TENANT, TENANT.replace("1", "2"), False),
        (TENANT, PERSONAL, False),
        ("northfield.example", TENANT, True),
        ("northfield.example", PERSONAL, False),
        ("northfield.example", "northfield.example", False),
        ("northfield.example", "{tenantid}", False),
    ],
)
def test_issuer_is_the_tenant(tenant: str, issuer: str, is_its: bool) -> None:
    [microsoft] = found(**MICROSOFT | {"MICROSOFT_TENANT": tenant})
    assert microsoft.server_url == f"https://login.microsoftonline.com/{tenant.lower()}/v2.0"
    says = f"https://login.microsoftonline.com/{issuer}/v2.0"
    assert bool(microsoft.issuer.fullmatch(says)) is is_its


def test_google_is_held_to_a_domain() -> None:
    [google] = found(**GOOGLE, GOOGLE_HOSTED_DOMAIN="Northfield.Example")
    assert google.hosted_domain == "northfield.example"
    assert google.parameters == {"prompt": "select_account", "hd": "northfield.example"}
    assert google.issuer.fullmatch("https://accounts.google.com")
    assert not google.issuer.fullmatch("https://accounts-google.com")


@pytest.mark.parametrize("domain", ["*", "northfield", "https://northfield.example"])
def test_domain_that_is_none_is_refused(domain: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="GOOGLE_HOSTED_DOMAIN"):
        found(**GOOGLE, GOOGLE_HOSTED_DOMAIN=domain)


def test_domain_without_google_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="GOOGLE_CLIENT_ID"):
        found(GOOGLE_HOSTED_DOMAIN="northfield.example")


@pytest.mark.parametrize(
    ("url", "over_https", "may"),
    [
        ("https://id.northfield.example", True, True),
        ("http://id.northfield.example", True, False),
        ("http://id.northfield.example", False, False),
        ("http://localhost:8080/realm", True, False),
        ("http://localhost:8080/realm", False, True),
        ("https://id.northfield.example/?tenant=x", True, False),
        ("https://id.northfield.example/#x", True, False),
        ("https://user:password@id.northfield.example", True, False),
        ("https://[", True, False),
        ("id.northfield.example", True, False),
        ("file:///etc/passwd", False, False),
    ],
)
def test_another_provider_is_asked_over_https(url: str, over_https: bool, may: bool) -> None:
    values = OIDC | {"OIDC_SERVER_URL": url}
    if may:
        assert found(over_https=over_https, **values)
    else:
        with pytest.raises(ImproperlyConfigured, match="OIDC_SERVER_URL"):
            found(over_https=over_https, **values)


def test_issuer_of_another_provider_is_held_to_the_letter() -> None:
    [another] = found(**OIDC)
    assert another.server_url == "https://id.northfield.example/realm"
    assert another.issuer.fullmatch("https://id.northfield.example/realm/")
    assert not another.issuer.fullmatch("https://id.northfield.example/realm")
    assert not another.issuer.fullmatch("https://id-northfield.example/realm/")


@pytest.mark.parametrize(("tenant", "starts"), [("common", False), (TENANT, True)])
def test_service_starts_with_one_organisation_only(tenant: str, starts: bool) -> None:
    started = subprocess.run(
        [sys.executable, "-c", "import trustquality.settings"],
        env=os.environ | MICROSOFT | {"TRUSTQUALITY_ENV": "test", "MICROSOFT_TENANT": tenant},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (started.returncode == 0) is starts, started.stderr
    assert starts or "MICROSOFT_TENANT must be" in started.stderr

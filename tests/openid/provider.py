"""Starting the provider beside a test, and being a person there with an ordinary browser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.page import Page
from trusts.work_account_settings import WorkAccountProvider, providers_from

ROOT = Path(__file__).resolve().parents[2]
ADA, BEN = "ada@northfield.example", "ben@northfield.example"
PASSWORD = "known to the provider alone"
CLIENT_ID, SECRET = "trust-quality", "between the two of us"
TRUTH = {"lie": "", "claims": {}, "description": {}, "status": 200, "body": "", "delay": 0}


class OpenIDProvider:
    """The process; `url` is its issuer."""

    def __init__(self, folder: Path) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        (folder / "key.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.openid"],
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "tests.openid.settings",
                "OPENID_FOLDER": str(folder),
                "OPENID_PASSWORD": PASSWORD,
                "OPENID_CLIENT_ID": CLIENT_ID,
                "OPENID_CLIENT_SECRET": SECRET,
            },
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        port = self._process.stdout.readline().strip()
        assert port, "the provider did not start"
        self.origin = f"http://127.0.0.1:{port}"
        self.url = f"{self.origin}/o"

    def tell(self, **told: Any) -> None:
        """The truth from now on, but for what is given: `lie` of lies.py, `claims` and so on."""
        requests.post(f"{self.origin}/control/", json=TRUTH | told, timeout=10).raise_for_status()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def as_set(self) -> WorkAccountProvider:
        """As our settings have it when an operator names it in the environment."""
        names = ("MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET", "MICROSOFT_TENANT")
        names += ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "GOOGLE_HOSTED_DOMAIN")
        named = {
            "OIDC_NAME": "Northfield",
            "OIDC_SERVER_URL": self.url,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_SECRET": SECRET,
        }
        [found] = providers_from(dict.fromkeys(names, "") | named, over_https=False)
        return found


class Visitor:
    """A person with an account at the provider, in a browser of their own."""

    def __init__(self, address: str = ADA) -> None:
        self.address = address
        self.browser = requests.Session()

    def allow(self, address: str, *, cancel: bool = False) -> str:
        """Go where our service sent them, sign in where asked, press a button.

        Returns the address at our service that they are sent back to.
        """
        answer = self.browser.get(address, timeout=10)
        if "/login/" in answer.url:
            typed = {"username": self.address, "password": PASSWORD}
            answer = self._send(answer, typed)
        if answer.history and not answer.ok:
            return answer.url
        answer = self._send(answer, {} if cancel else {"allow": "Authorize"}, follow=False)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def _send(
        self, page: requests.Response, typed: dict[str, str], *, follow: bool = True
    ) -> requests.Response:
        hidden = {
            node.attributes["name"]: node.attributes.get("value", "")
            for node in Page(page.text).all("input")
            if node.attributes.get("type") == "hidden"
        }
        return self.browser.post(
            urljoin(page.url, ""), data=hidden | typed, allow_redirects=follow, timeout=10
        )

"""Starts the provider on a free port, says which, and serves until it is ended."""

from __future__ import annotations

import os

import django
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

PEOPLE = ("ada@northfield.example", "ben@northfield.example")


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *args: object) -> None: ...


def main() -> None:
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from django.contrib.auth.models import User
    from oauth2_provider.models import Application

    for address in PEOPLE:
        User.objects.create_user(address, address, os.environ["OPENID_PASSWORD"])
    Application.objects.create(
        name="Trust Quality",
        client_id=os.environ["OPENID_CLIENT_ID"],
        client_secret=os.environ["OPENID_CLIENT_SECRET"],
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        algorithm=Application.RS256_ALGORITHM,
        redirect_uris="http://testserver/accounts/work/oidc/callback/",
    )
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

"""How gunicorn serves the application, started by ./run or by hand; docs/running.md says more."""

import os
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from trustquality.logs import without_secrets

wsgi_app = "trustquality.wsgi"
bind = f"127.0.0.1:{os.environ.get('PORT') or '8000'}"
# Whole processes, no threads: threads gave saves on SQLite a long tail.
workers = int(os.environ.get("WEB_CONCURRENCY") or "3")
preload_app = True  # read once and shared: a quick start, and ready means ready
timeout = 120  # the longest plans take most of a minute to lay out on a busy machine
accesslog = "-"
# The path alone: what was searched for, and keys that let somebody in, stay out of the log.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s'
loglevel = "warning"
control_socket_disable = True  # it would lie in the home folder, one for all checkouts


class DiscreetLogger(Logger):
    """Gunicorn's log, with the keys in addresses masked."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return atoms | {"U": without_secrets(str(atoms["U"]))}


logger_class = DiscreetLogger


def when_ready(server: Arbiter) -> None:
    """Says so only once connections are taken, for people and scripts that wait for it."""
    addresses = " and ".join(str(listener) for listener in server.LISTENERS)
    print(f"Trust Quality is ready at {addresses}", flush=True)

"""The real server, started as ./run starts it, and people who have signed in to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

from bench.database import CannotMeasure

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
SECONDS_TO_START = 60
# Stops the server when the bench is gone, however it went: the pipe closes.
KEEPER = """
exec 3<&0
"$@" 3<&- &
server=$!
(cat <&3 >/dev/null; kill $server 2>/dev/null) &
exec 3<&-
wait $server
"""


@contextmanager
def serve(folder: Path) -> Iterator[int]:
    """The port of a running server of this environment's settings and database.

    Raises:
        CannotMeasure: it does not start.
    """
    port = _free_port()
    log = folder / "server.txt"
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    with log.open("wb") as output:
        keeper = subprocess.Popen(
            ["sh", "-c", KEEPER, "keeper", *gunicorn],
            cwd=ROOT,
            env=os.environ | {"PORT": str(port)},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that Ctrl-C ends the bench first, then the server
        )
    try:
        _wait_for(keeper, port, log)
        yield port
    finally:
        assert keeper.stdin
        keeper.stdin.close()
        keeper.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    latest = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < latest and server.poll() is None:
        try:
            _browser(CookieJar()).open(f"http://{HOST}:{port}/healthz", timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise CannotMeasure(f"The server does not start:\n{log.read_text()[-2000:]}")


def _browser(cookies: CookieJar) -> OpenerDirector:
    """No proxy stands between this machine and itself."""
    return build_opener(ProxyHandler({}), HTTPCookieProcessor(cookies))


def sign_in(port: int, *, email: str, password: str, home: str) -> dict[str, str]:
    """Sign in on the page, as people do, and return the cookies that came of it.

    Args:
        home: the address where this person arrives.

    Raises:
        CannotMeasure: they arrive elsewhere.
    """
    cookies = CookieJar()
    browser = _browser(cookies)
    address = f"http://{HOST}:{port}/accounts/login/"
    browser.open(address, timeout=30).close()
    token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
    form = {"login": email, "password": password, "csrfmiddlewaretoken": token}
    with browser.open(address, urlencode(form).encode(), timeout=30) as answer:
        if answer.url != f"http://{HOST}:{port}{home}":
            raise CannotMeasure(f"Signing in as {email} led to {answer.url}.")
    return {cookie.name: cookie.value or "" for cookie in cookies}

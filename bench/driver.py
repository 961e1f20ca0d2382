"""The load, in a process of its own and without Django: ask, read the whole answer, count.

It reads lines of JSON. The first is the port and, by name, what each visitor sends; every
later one is a name and how long to send it for, answered by a line with what came of it.

Plain sockets rather than an HTTP library, so that asking costs next to nothing beside
answering. Each request has a connection of its own: gunicorn's sync workers keep none
open. Nothing is sent to any address but 127.0.0.1.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

HOST = "127.0.0.1"
LONGEST = 30.0
"""Seconds for one line of the input, and for one answer."""
MOST = 10_000
"""Requests of one visitor for one line of the input."""


class WrongAnswer(Exception):
    """The server answered something else than was asked for."""


@dataclass
class Sender:
    """One visitor who asks for one thing, again and again, one at a time.

    Attributes:
        head: the request's first lines, with the cookies, without the length.
        body: the form, with gaps for the version and the page's mark; empty for a page.
        status: what the answer's status has to be.
        version: of the rating that the next save starts from.
    """

    port: int
    head: str
    body: str
    status: int
    version: int

    def send_for(self, seconds: float) -> tuple[int, float]:
        """How many answers came, in how many seconds; the last one began in time.

        Raises:
            WrongAnswer: a status is not the one expected.
        """
        start = time.perf_counter()
        done, now = 0, start
        while now - start < seconds and done < MOST:
            status = _ask(self.port, self._request())
            if status != self.status:
                raise WrongAnswer(f"{self.head.splitlines()[0]}: {status}, not {self.status}")
            done += 1
            self.version += 1
            now = time.perf_counter()
        return done, now - start

    def _request(self) -> bytes:
        body = self.body.replace("{version}", str(self.version)).replace("{page}", uuid4().hex)
        return f"{self.head}Content-Length: {len(body)}\r\n\r\n{body}".encode("ascii")


def _ask(port: int, request: bytes) -> int:
    """The status of the answer, once all of it is here."""
    with socket.create_connection((HOST, port), timeout=LONGEST) as connection:
        connection.sendall(request)
        first = received = connection.recv(65536)
        while received:
            received = connection.recv(65536)
    return int(first[9:12] or 0)  # after "HTTP/1.1 "


def run(senders: list[Sender], seconds: float) -> dict[str, Any]:
    """Let every visitor send at the same time.

    Returns:
        How many answers came, how many a second, and which part of one core this cost.
    """
    before = time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(len(senders)) as pool:
        results = list(pool.map(lambda sender: sender.send_for(seconds), senders))
    busy, passed = time.process_time() - before[0], time.perf_counter() - before[1]
    return {
        "answers": sum(done for done, _ in results),
        "a_second": sum(done / took for done, took in results),
        "busy": busy / passed,
    }


def main() -> None:
    """Do what standard input says, until it ends."""
    plan = json.loads(sys.stdin.readline())
    senders = {
        name: [Sender(port=plan["port"], **one) for one in some]
        for name, some in plan["senders"].items()
    }
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = run(senders[order["name"]], min(order["seconds"], LONGEST))
        except (OSError, WrongAnswer) as fault:
            answer = {"fault": f"{order['name']}: {fault}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

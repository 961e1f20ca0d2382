"""One document at a time on this machine: a page of notes must not keep everybody waiting.

Laying out a long plan takes a process for seconds. Without turns a few impatient clicks
would take every process, and nobody could save a rating meanwhile.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

PATIENCE = 20.0
"""Seconds that a request waits for the document before it."""

PAUSE = 0.1
"""Seconds between two looks whether it is free."""

LOCK_FILE = Path(tempfile.gettempdir()) / f"trust-quality-documents-{os.getuid()}.lock"


class TooBusy(Exception):
    """Other documents took longer than anybody should wait."""


@contextmanager
def its_turn(patience: float = PATIENCE) -> Iterator[None]:
    """Hold the one place there is, or wait for it.

    The lock is the operating system's: a process that ends, however it ends, gives it back.

    Args:
        patience: seconds to wait.

    Raises:
        TooBusy: it was not free in time.
    """
    # Not through a link that somebody else may have laid into the common folder.
    place = os.open(LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        _wait_for(place, until=monotonic() + patience)
        yield
    finally:
        os.close(place)


def _wait_for(place: int, *, until: float) -> None:
    while True:
        try:
            return fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= until:
                raise TooBusy("Other documents are being made.") from None
            sleep(PAUSE)

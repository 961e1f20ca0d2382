"""Many threads at once, each with a connection of its own, all let go together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection, connections

WRITERS = 8


def at_once(
    work: Callable[[int], Any],
    writers: int = WRITERS,
    *,
    ready: Callable[[], object] | None = None,
) -> list[Any]:
    """Run `work` in so many threads; what each returned, in their order.

    Args:
        ready: called once, in one of the threads, when all of them are connected.
    """
    barrier = Barrier(writers, action=ready)

    def run(number: int) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(run, range(writers)))

"""Sends requests as nobody should, to the application that gunicorn serves, and looks on.

    python -m tests.malformed --count 20000 --seed 7 --database=postgresql
    python -m tests.malformed --seed 7 --visit 311        # one visit of that run once more

`tests/trying.py` says what must hold of every answer, `tests/oddities.py` makes the requests.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


def main() -> int:
    """The command; 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description="Sends malformed requests, and looks on.")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--visit", type=int, help="only this visit of the run")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    with tested_on(asked.database):
        from tests.trying import try_out  # only now that Django knows its database

        with try_out() as run:
            tally = run(count=asked.count, seed=asked.seed, only=asked.visit)
    kinds = Counter(_kind(fault) for fault in tally.faults)
    examples = {_kind(fault): fault for fault in reversed(tally.faults)}
    print("\n\n".join(examples.values()))
    print("\n".join(f"{number} × {kind}" for kind, number in kinds.most_common()))
    print(f"seed {asked.seed} on {asked.database}: {tally}")
    return 1 if tally.faults else 0


def _kind(fault: str) -> str:
    """What faults that are alike have in common: their first line, or an exception's last."""
    said = [line for line in fault.splitlines() if re.match(r"\S+(Error|Exception|Sent)\b", line)]
    return (said or fault.splitlines())[0][:200]


@contextmanager
def tested_on(database: str) -> Iterator[None]:
    """A database made for this run, and Django set up on it as the tests have it."""

    os.environ["TRUSTQUALITY_ENV"] = "test"
    os.environ["DJANGO_SETTINGS_MODULE"] = "trustquality.settings"
    with ExitStack() as held:
        if database == "postgresql":
            from tests.postgresql import Server as PostgreSQL

            postgresql = PostgreSQL()
            held.callback(postgresql.stop)
            os.environ["DATABASE_URL"] = postgresql.url
        else:
            folder = held.enter_context(tempfile.TemporaryDirectory())
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/made.sqlite3"
        import django
        from django.test.utils import setup_databases, setup_test_environment, teardown_databases

        django.setup()
        setup_test_environment(debug=False)
        made = setup_databases(verbosity=0, interactive=False)
        held.callback(teardown_databases, made, verbosity=0)
        yield


if __name__ == "__main__":
    sys.exit(main())

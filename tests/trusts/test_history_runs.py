"""Which saves are shown as one: nothing is lost, and nobody's words are another's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trusts.history_runs import AT_ONCE, TOGETHER, Run, Save, runs_of

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
QUIET = frozenset({"rating"})

histories = st.lists(
    st.builds(
        lambda kind, of, minutes, type, by: (kind, of, NINE + timedelta(minutes=minutes), type, by),
        st.sampled_from(["rating", "action"]),
        st.integers(1, 2),
        st.integers(0, 40),
        st.sampled_from("~~~~+-"),
        st.sampled_from([None, 7, 8]),
    ),
    max_size=30,
).map(
    lambda rows: [
        Save(kind, of, at, number, type, by)
        for number, (kind, of, at, type, by) in enumerate(rows, start=1)
    ]
)


def save(minutes: float = 0, *, number: int = 1, by: int | None = 7, **changes: object) -> Save:
    at = NINE + timedelta(minutes=minutes)
    return Save("rating", 1, at, number, "~", by)._replace(**changes)


def by_row(runs: list[Run]) -> dict[tuple[str, int], list[Run]]:
    """The runs of each row, the oldest first."""
    found: dict[tuple[str, int], list[Run]] = {}
    for run in reversed(runs):
        found.setdefault((run.last.kind, run.last.of), []).append(run)
    return found


@given(histories)
def test_every_save_is_in_one_run(saves) -> None:
    runs = runs_of(saves, quiet=QUIET)
    assert sorted(one for run in runs for one in run.saves) == sorted(saves)


@given(histories)
def test_a_run_is_one_persons_changes_of_one_row_within_ten_minutes(saves) -> None:
    for run in runs_of(saves, quiet=QUIET):
        assert len({(one.kind, one.of, one.by) for one in run.saves}) == 1
        assert run.last.at - run.first.at <= TOGETHER
        if len(run.saves) > 1:
            assert {one.type for one in run.saves} == {"~"}
            assert run.last.kind in QUIET


@given(histories)
def test_a_run_starts_where_the_one_before_it_ended(saves) -> None:
    for runs in by_row(runs_of(saves, quiet=QUIET)).values():
        assert runs[0].before is None
        for earlier, later in pairwise(runs):
            assert later.before == earlier.last
            assert (earlier.last.at, earlier.last.number) < (later.first.at, later.first.number)


@given(histories)
def test_runs_stand_the_newest_first(saves) -> None:
    ends = [run.last.at for run in runs_of(saves, quiet=QUIET)]
    assert ends == sorted(ends, reverse=True)


@given(histories)
def test_without_quiet_kinds_every_save_stands_alone(saves) -> None:
    assert all(len(run.saves) == 1 for run in runs_of(saves))


@given(histories, st.randoms())
def test_the_order_in_which_they_were_read_is_all_one(saves, random) -> None:
    shuffled = list(saves)
    random.shuffle(shuffled)
    assert runs_of(shuffled, quiet=QUIET) == runs_of(saves, quiet=QUIET)


@given(histories, st.integers(1, 2))
def test_what_comes_later_changes_no_earlier_run(saves, of) -> None:
    """Who noted what the page showed finds it again, but for the run still being written."""
    later = Save("rating", of, NINE + timedelta(hours=2), 999, "~", 7)
    before = {run.saves for run in map(_frozen, runs_of(saves, quiet=QUIET))}
    after = {run.saves for run in map(_frozen, runs_of([*saves, later], quiet=QUIET))}
    assert before <= after


def _frozen(run: Run) -> Run:
    return Run(tuple(run.saves))


def test_somebody_else_in_between_parts_the_run() -> None:
    saves = [save(0, number=1), save(1, number=2, by=8), save(2, number=3)]
    assert [len(run.saves) for run in runs_of(saves, quiet=QUIET)] == [1, 1, 1]


def test_ten_minutes_count_from_the_first_save() -> None:
    saves = [save(minutes, number=minutes + 1) for minutes in range(0, 24, 4)]
    assert [len(run.saves) for run in runs_of(saves, quiet=QUIET)] == [3, 3]


def test_removal_marks_every_run_of_the_row() -> None:
    saves = [save(0), save(30, number=2, type="-"), save(0, number=3, of=2)]
    assert {(run.last.of, run.is_gone) for run in runs_of(saves)} == {(1, True), (2, False)}


def test_row_that_is_made_and_marked_at_once_has_come_once() -> None:
    made, marked, again = save(type="+"), save(0.5, number=2), save(0.6, number=3)
    latest, first = runs_of([made, marked, again], in_two={"rating"})
    assert (list(first.saves), first.type, first.before) == ([made, marked], "+", None)
    assert (list(latest.saves), latest.type, latest.before) == ([again], "~", marked)


def test_nothing_else_belongs_to_a_rows_making() -> None:
    made = save(type="+")
    late = save(number=2, at=NINE + AT_ONCE + timedelta(seconds=1))
    for other in (late, save(0.5, number=2, by=8), save(0.5, number=2, type="-")):
        assert len(runs_of([made, other], in_two={"rating"})) == 2
    assert len(runs_of([made, save(0.5, number=2)], quiet=QUIET)) == 2


@given(histories)
def test_every_save_is_in_one_run_where_rows_come_in_two(saves) -> None:
    runs = runs_of(saves, quiet=QUIET, in_two={"action"})
    assert sorted(one for run in runs for one in run.saves) == sorted(saves)
    for run in runs:
        types = [one.type for one in run.saves]
        assert len(types) == 1 or set(types) == {"~"} or types == ["+", "~"]

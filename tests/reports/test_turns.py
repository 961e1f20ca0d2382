"""Documents take turns between processes, so that they never take every process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reports import turns
from reports.turns import TooBusy, its_turn
from tests.conftest import client_of
from tests.page import Page

HOLD = """
import fcntl, os, sys
place = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(place, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def lock_file(tmp_path, monkeypatch):
    """A lock of this test's own, so that it waits for no other test's document."""
    path = tmp_path / "documents.lock"
    monkeypatch.setattr(turns, "LOCK_FILE", path)
    return path


@pytest.fixture
def other_process(lock_file):
    """Another process that is making a document."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_waits_for_the_document_of_another_process_and_gives_up(other_process) -> None:
    with pytest.raises(TooBusy), its_turn(patience=0.3):
        pytest.fail("Two at once")


def test_process_that_dies_gives_its_turn_back(other_process) -> None:
    other_process.kill()
    other_process.wait()
    with its_turn(patience=5):
        pass


def test_turn_is_given_back_also_after_a_fault(lock_file) -> None:
    with pytest.raises(ZeroDivisionError), its_turn(patience=0):
        raise ZeroDivisionError
    with its_turn(patience=0), pytest.raises(TooBusy), its_turn(patience=0):
        pytest.fail("Two at once")


def test_link_laid_in_the_common_folder_is_not_followed(lock_file, tmp_path) -> None:
    elsewhere = tmp_path / "elsewhere"
    lock_file.symlink_to(elsewhere)
    with pytest.raises(OSError, match=r"symbolic links|Too many levels"), its_turn(patience=0):
        pytest.fail("The link was followed")
    assert not elsewhere.exists()


@pytest.mark.pdf
def test_page_says_to_try_again_in_a_minute(plan, lead, other_process, monkeypatch) -> None:
    monkeypatch.setattr(turns.its_turn.__wrapped__, "__defaults__", (0.2,))
    answer = client_of(lead).get(f"/plans/{plan.pk}/report.pdf")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    page = Page(answer.content.decode())
    assert "The PDF has to wait" in page.nodes[0].text

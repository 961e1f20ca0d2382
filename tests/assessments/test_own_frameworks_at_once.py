"""A trust's own framework, made and removed by several people at the same moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assessments.models import FrameworkUpload, OwnFramework
from assessments.own_frameworks import (
    DealtWith,
    InUse,
    keep_upload,
    make_framework,
    remove_framework,
)
from frameworks.framework_example import EXAMPLE
from frameworks.framework_sheet import FaultyFramework
from frameworks.models import Framework
from tests.assessments.test_own_frameworks import later
from tests.conftest import make_user
from tests.frameworks.conftest import workbook_of
from tests.together import WRITERS, at_once
from trusts.models import Role, Trust


@pytest.fixture
def committed(transactional_db: None) -> FrameworkUpload:
    """An upload that other connections see."""
    trust = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
    lead = make_user("lead@northfield.example", trust=trust, role=Role.LEAD)
    return keep_upload(trust=trust, file_name="x.xlsx", document=workbook_of(EXAMPLE), by=lead)


def outcome_of(work: Callable[[], object]) -> str:
    """What came of it: done, or the name of why not."""
    try:
        work()
    except (DealtWith, FaultyFramework, InUse, Framework.DoesNotExist) as refusal:
        return type(refusal).__name__
    return "done"


def test_yes_from_several_pages_at_once_makes_one(committed) -> None:
    by = committed.uploaded_by
    outcomes = at_once(lambda n: outcome_of(lambda: make_framework(upload=committed, by=by)))
    assert sorted(outcomes) == ["DealtWith"] * (WRITERS - 1) + ["done"]
    assert Framework.objects.count() == OwnFramework.objects.count() == 1


def test_same_edition_from_several_people_at_once_makes_one(committed) -> None:
    trust = committed.trust
    uploads = [
        keep_upload(
            trust=trust,
            file_name="x.xlsx",
            document=workbook_of(EXAMPLE),
            by=make_user(f"lead-{n}@northfield.example", trust=trust, role=Role.LEAD),
        )
        for n in range(WRITERS)
    ]
    outcomes = at_once(
        lambda n: outcome_of(lambda: make_framework(upload=uploads[n], by=uploads[n].uploaded_by))
    )
    assert sorted(outcomes) == ["FaultyFramework"] * (WRITERS - 1) + ["done"]
    assert Framework.objects.count() == 1


def test_later_editions_at_once_follow_one_another(committed) -> None:
    trust = committed.trust
    uploads = [
        keep_upload(
            trust=trust,
            file_name="x.xlsx",
            document=later(edition=f"203{n}-11"),
            by=make_user(f"lead-{n}@northfield.example", trust=trust, role=Role.LEAD),
        )
        for n in range(4)
    ]
    made = at_once(
        lambda n: outcome_of(lambda: make_framework(upload=uploads[n], by=uploads[n].uploaded_by)),
        writers=4,
    )
    assert set(made) <= {"done", "FaultyFramework"}
    [newest] = Framework.objects.current()
    chain = [newest]
    while chain[-1].supersedes:
        chain.append(chain[-1].supersedes)
    months = [framework.edition for framework in chain]
    assert months == sorted(months, reverse=True)
    assert len(chain) == Framework.objects.count() == made.count("done") >= 1
    assert newest.edition == "2033-11"


def test_removing_at_once_removes_once(committed) -> None:
    framework = make_framework(upload=committed, by=committed.uploaded_by)
    own = OwnFramework.objects.select_related("trust", "framework").get(framework=framework)
    by = committed.uploaded_by
    outcomes = at_once(lambda n: outcome_of(lambda: remove_framework(own=own, by=by)))
    assert sorted(outcomes) == ["DoesNotExist"] * (WRITERS - 1) + ["done"]
    assert not Framework.objects.exists()

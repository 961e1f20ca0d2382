"""A trust's own frameworks, from the spreadsheet to the rows. Keyword-only, `by=` says who."""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from io import BytesIO

from django.db import transaction
from django.utils.text import slugify

from assessments.models import Assessment, FrameworkUpload, OwnFramework
from frameworks.framework_cells import folded
from frameworks.framework_draft import FrameworkDraft, rows_of, write
from frameworks.framework_sheet import read_framework
from frameworks.models import Framework
from sheets.reading import read_workbook
from trusts.models import Trust, User

log = logging.getLogger(__name__)


class DealtWith(Exception):
    """The upload is gone: made into a framework, discarded, or replaced by a newer one."""


class InUse(Exception):
    """The trust has assessments by the framework; it stays as long as they do."""


def key_of(trust: Trust, title: str) -> str:
    """What the trust's framework of this title is known by, in every edition.

    The same title of another trust gives another key, and nobody can tell whose it is.
    """
    title = folded(title)
    mark = hashlib.sha256(f"{trust.pk} {title}".encode()).hexdigest()[:10]
    return "-".join(filter(None, ("own", slugify(title)[:40].strip("-_"), mark)))


def newest_of(trust: Trust, title: str) -> Framework | None:
    """The edition that a new one of this title would follow."""
    own = Framework.objects.filter(owner__trust=trust, key=key_of(trust, title))
    return own.current().first()


def read_upload(document: bytes, *, trust: Trust) -> FrameworkDraft:
    """What the spreadsheet holds, if the trust can make a framework of it as things are.

    Raises:
        UnreadableSheet: the file is no spreadsheet that can be read.
        FaultyFramework: it is one, with faults.
    """
    sheets = read_workbook(BytesIO(document))
    editions = defaultdict(list)
    for framework in Framework.objects.filter(owner__trust=trust):
        editions[folded(framework.title)].append(framework)
    return read_framework(sheets, editions=editions)


@transaction.atomic
def keep_upload(*, trust: Trust, file_name: str, document: bytes, by: User) -> FrameworkUpload:
    """Keep a checked spreadsheet until its sender has looked at it; one a person and trust."""
    _hold(trust)
    FrameworkUpload.objects.filter(trust=trust, uploaded_by=by).delete()
    return FrameworkUpload.objects.create(
        trust=trust, file_name=file_name, document=document, uploaded_by=by
    )


@transaction.atomic
def make_framework(*, upload: FrameworkUpload, by: User) -> Framework:
    """Make the framework that the spreadsheet holds; from now on the trust can use it.

    Raises:
        DealtWith: the upload is gone, perhaps because it was sent twice.
        FaultyFramework: the trust has got this edition in the meantime.
    """
    trust = upload.trust
    _hold(trust)
    waiting = FrameworkUpload.objects.filter(pk=upload.pk).first()
    if waiting is None:
        raise DealtWith
    draft = read_upload(bytes(waiting.document), trust=trust)
    rows = rows_of(draft, key=key_of(trust, draft.title))
    rows.framework.supersedes = newest_of(trust, draft.title)
    framework = write(rows)
    own = OwnFramework(trust=trust, framework=framework, created_by=by)
    own._history_user = by  # type: ignore[attr-defined]
    own.save()
    waiting.delete()
    return framework


def discard_upload(*, upload: FrameworkUpload) -> None:
    """Throw the spreadsheet away; safe to repeat."""
    FrameworkUpload.objects.filter(pk=upload.pk).delete()


@transaction.atomic
def remove_framework(*, own: OwnFramework, by: User) -> None:
    """Take out a framework that no assessment uses; the editions around it close up.

    Raises:
        InUse: an assessment uses it; nothing is changed.
    """
    _hold(own.trust)
    framework = Framework.objects.select_for_update().get(pk=own.framework_id)
    if Assessment.objects.filter(framework=framework).exists():
        raise InUse
    newer, older = Framework.objects.filter(supersedes=framework).first(), framework.supersedes
    if newer:
        newer.supersedes = None
        newer.save(update_fields=["supersedes"])
    for row in OwnFramework.objects.filter(framework=framework):
        row._history_user = by  # type: ignore[attr-defined]
        row.delete()
    framework.delete()
    if newer:
        newer.supersedes = older
        newer.save(update_fields=["supersedes"])
    log.info("User %s removed framework %s of trust %s.", by.pk, own.framework_id, own.trust_id)


def _hold(trust: Trust) -> None:
    """Let nobody else add or remove a framework of the trust until the transaction ends.

    Rows that merely name the trust, such as assessments, can go on being written.
    """
    Trust.objects.select_for_update(no_key=True).get(pk=trust.pk)

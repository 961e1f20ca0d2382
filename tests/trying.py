"""Two trusts, an application as gunicorn calls it, and what must hold of every answer.

A visit is a few requests of one person; what it wrote is looked at and then undone, so that every
visit stands for itself. `tests/oddities.py` makes the requests, `tests/malformed.py` runs them.

What must hold of an answer: no fault of ours, nothing of another trust, nobody sent elsewhere, no
element that somebody typed, no line in the log with what was typed. And of what was written: both
trusts' rows are sound, the other trust's untouched, row and history say the same, and no
constraint of the database answered in place of a form.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import DatabaseError, close_old_connections, connection, models
from django.db.models import F
from django.test import Client, override_settings
from django.utils import timezone
from openpyxl import Workbook
from pypdf import PdfReader
from pypdf.errors import PdfReadError

from assessments.models import Assessment, Rating, Response
from frameworks.framework_template import template
from frameworks.models import Element, Level, WordingPack
from plans.models import Action, Priority
from reviews.models import PeerReview, Reviewer
from tests.conftest import PASSWORD, make_user
from tests.database import NOT_FOR_TESTS
from tests.everything import (
    Maker,
    Words,
    history_of,
    owned_models,
    rows_of_frameworks,
    rows_of_trust,
    undone,
    write_into,
)
from tests.machine import why_no_pdf
from tests.oddities import CSRF, ELSEWHERE, TYPED, Chance, Form, FormReader, Known, Request
from tests.test_addresses import EVERY, TABLE, address_of, everything_of, public_frameworks
from trustquality.logs import Discreet, WithoutRows
from trustquality.wsgi import application
from trusts.models import Role, Trust, User
from trusts.work_account_settings import providers_from

PEOPLE = (
    "lead", "lead", "lead", "lead", "lead", "executive", "executive", "chair", "trustee",
    "observer", "reviewer", "reviewer", "newcomer", "operator", "signed out",
)  # fmt: skip
"""Who sends; the lead, who may do most, more often."""
OUR_WORDS, OUR_PEOPLE = "Zorseboard", "Zorsefolk"
THEIR_WORDS, THEIR_PEOPLE = "Quaggaboard", "Quaggafolk"
MEMBERS = ("lead", "chair", "executive", "trustee", "observer")
MARKERS = (OUR_WORDS, OUR_PEOPLE, THEIR_WORDS, THEIR_PEOPLE)
LONGEST_VISIT = 4
WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
REPEATS_KEYS = {"trusts_cacheentry"}
"""The cache adds a count by trying to; its primary key says whether another was faster."""
WORK_ACCOUNT_SETTINGS = [name for name in NOT_FOR_TESTS if name.startswith(("GOO", "MIC", "OIDC"))]
READERS = ("lead", "reviewer", "operator", "signed out")
"""The first of these who may see a page sees all of its forms."""
OK = 200
SIGN_OUT = "/accounts/logout/"
"""On every page; pressed seldom."""
MAY_BE_DOWN = "/accounts/work/"
"""The provider of work accounts that is set here does not answer."""


def may_not_see(person: str, *, joined: bool) -> tuple[str, ...]:
    """Words that may stand in no answer to this person, who may have joined by an invitation."""
    if person == "operator":
        return (THEIR_WORDS,) if joined else (OUR_WORDS, THEIR_WORDS)
    if person in (*MEMBERS, "reviewer") or joined:
        return (THEIR_WORDS, THEIR_PEOPLE)
    return (OUR_WORDS, THEIR_WORDS, THEIR_PEOPLE)


@dataclass
class Answer:
    """What the application said."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    fault: str = ""
    seconds: float = 0

    def header(self, name: str) -> str:
        return next((value for one, value in self.headers if one.lower() == name), "")

    @property
    def text(self) -> str:
        """What a reader would find in it, whatever kind of document it is."""
        if self.header("content-type").startswith("application/pdf"):
            return _words_of_pdf(self.body)
        if "spreadsheetml" in self.header("content-type"):
            return _words_of_sheet(self.body)
        return self.body.decode("utf-8", "replace")


def _words_of_pdf(document: bytes) -> str:
    try:
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages)
    except PdfReadError:  # a report that a test issued: no document at all
        return document.decode("utf-8", "replace")


def _words_of_sheet(document: bytes) -> str:
    with zipfile.ZipFile(BytesIO(document)) as archive:
        return " ".join(
            archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
        )


@dataclass
class Tally:
    """What a run came to."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    writing: int = 0
    slowest: list[tuple[float, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def add(self, sent: Request, answer: Answer) -> None:
        self.requests += 1
        self.statuses[answer.status] += 1
        self.slowest.append((answer.seconds, f"{sent.method} {sent.path[:80]} {sent.bent}"))
        self.slowest = sorted(self.slowest, reverse=True)[:5]

    def __str__(self) -> str:
        statuses = ", ".join(f"{status}: {n}" for status, n in sorted(self.statuses.items()))
        slow = "\n".join(f"  {seconds:.2f} s {what}" for seconds, what in self.slowest)
        return (
            f"{self.requests} requests, {self.writing} visits wrote; {statuses}\n"
            f"slowest:\n{slow}\n{len(self.faults)} faults"
        )


class World:
    """Two trusts, marked in every text; the people of one ask.

    Args:
        ours: what stands in the texts of the trust whose people ask; markers unless said.
    """

    def __init__(self, ours: Words | None = None) -> None:

        public = public_frameworks()
        self.ours = Trust.objects.create(name="Northfield", slug="northfield")
        self.theirs = Trust.objects.create(name="Southmere", slug="southmere")
        self.users = {
            role: make_user(f"{role}@northfield.example", trust=self.ours, role=role)
            for role in MEMBERS
        }
        self.users["newcomer"] = make_user("newcomer@nowhere.example")
        self.users["reviewer"] = make_user("reviewer@nowhere.example")
        self.users["operator"] = User.objects.create_superuser(
            "operator@service.example", "another long passphrase", name="Operator"
        )
        other = make_user("lead@southmere.example", trust=self.theirs, role=Role.LEAD)
        other.set_password("quite another passphrase")
        other.save()
        reviewer = self.users["reviewer"]
        self.our_rows = everything_of(self.ours, self.users["lead"], public, reviewer)
        self.their_rows = everything_of(self.theirs, other, public)
        self.password = PASSWORD
        self.fill(self.ours)
        self.fill(self.theirs)
        self.written = write_into(rows_of_trust(self.ours), ours or _marks(OUR_WORDS, OUR_PEOPLE))
        if ours:
            WordingPack.objects.create(framework=public["rated"], source="The publisher.")
            self.written |= write_into(rows_of_frameworks(is_published=True), ours)
        write_into(rows_of_trust(self.theirs), _marks(THEIR_WORDS, THEIR_PEOPLE))
        self.sessions = {}
        for person, user in self.users.items():
            client = Client()
            client.force_login(User.objects.get(pk=user.pk))
            self.sessions[person] = client.cookies["sessionid"].value

    def fill(self, trust: Any) -> None:
        """Rows of models that nothing above has made, and ratings with words in them."""

        lead = trust.leads.first()
        for rating in Rating.objects.filter(assessment__trust=trust).select_related("assessment"):
            rating.level = Level.objects.filter(framework=rating.assessment.framework_id).first()
            rating.note = rating.dissent = "Words."
            rating.updated_by, rating.updated_at = lead, rating.assessment.created_at
            rating.save()
        stored = {model: list(rows) for model, rows in rows_of_trust(trust).items()}
        rated = Assessment.objects.get(trust=trust, title="Self-assessment 2026")
        belonging = [
            rated,
            *Element.objects.filter(domain__framework=rated.framework_id),
            *Level.objects.filter(framework=rated.framework_id),
        ]
        kept = {type(row) for row in belonging}
        others = [row for model, rows in stored.items() if model not in kept for row in rows]
        maker = Maker(*belonging, *others)
        for model in owned_models():
            if not stored[model]:
                maker.make(model)
        maker.make(Action, status=Action.Status.DROPPED)
        maker.make(Priority, dropped_at=timezone.now())
        review = maker.make(PeerReview, status=PeerReview.Status.WITHDRAWN, submitted_at=None)
        maker.make(Reviewer, review=review, user=lead, admitted_at=None)
        for model, rows in stored.items():
            for row in rows:
                if history_of(model) is not None and not history_of(model).filter(id=row.pk):
                    row.save()  # so that its history says what it says

    def known(self, call: Callable[[Request], Answer]) -> Known:
        """What the generator draws from: real addresses, and the forms of all their pages."""

        addresses = self.addresses()
        forms: dict[Any, Form] = {}
        with noted(Watch()):
            for address in addresses:
                for person in READERS if "pdf" not in address else ():
                    answer = call(plain(person, address))
                    for form in forms_in(answer, address, person):
                        forms.setdefault(form.shape, form)
                    if answer.status == OK:
                        break
        return self.known_of(list(forms.values()))

    def known_of(self, forms: Sequence[Form]) -> Known:
        """What the generator draws from, with these forms."""
        return Known(
            people=PEOPLE,
            addresses=self.addresses(),
            foreign=self.foreign(),
            parameters=parameters(),
            forms=forms,
            sheets=[template(), people_sheet()],
            password=self.password,
            emails=[user.email for user in self.users.values()],
        )

    def addresses(self) -> list[str]:
        """Real ones, without those that lay out a PDF where the machine cannot."""
        without = ("pdf", "issue") if why_no_pdf() else ()
        found = [
            address_of(name, self.our_rows[of])
            for name, of, *_ in EVERY
            if not any(word in name for word in without)
        ]
        set_here = [address.replace("microsoft", "oidc") for address in found]
        rows = [row for rows in rows_of_trust(self.ours).values() for row in rows.order_by("pk")]
        theirs = [row.get_absolute_url() for row in rows if hasattr(row, "get_absolute_url")]
        pages = [address.partition("#")[0] for address in theirs]
        return list(dict.fromkeys([*found, *set_here, *pages]))

    def foreign(self) -> list[str]:
        """Keys, slugs and addresses of the other trust, none of which holds a marker."""

        keys = [str(row.pk) for rows in rows_of_trust(self.theirs).values() for row in rows]
        mine, theirs = self.our_rows, self.their_rows
        shown = [of for of in theirs if of != "token" and theirs[of] != mine[of]]
        parts = [str(part) for of in shown for part in theirs[of]]
        pages = [address_of(name, theirs[of]) for name, of, *_ in TABLE if of in shown]
        found = dict.fromkeys([*keys, *parts, *pages])
        return [one for one in found if not any(marker in one for marker in MARKERS)]

    def state(self, trust: Any, apps: Sequence[str] = ()) -> dict[str, Any]:
        """All that is stored of a trust."""

        return {
            model.__name__: sorted(map(_as_text, rows.values_list()))
            for model, rows in rows_of_trust(trust).items()
            if not apps or model._meta.app_label in apps
        }


def _as_text(row: tuple[Any, ...]) -> str:
    """A row to be compared; PostgreSQL gives a document as a place in memory."""
    return repr([bytes(one) if isinstance(one, memoryview) else one for one in row])


def _marks(words: str, people: str) -> Callable[[Any], str]:
    def mark(field: Any) -> str:
        marker = people if field.model._meta.app_label == "trusts" else words
        if isinstance(field, models.EmailField):
            return f"{marker.lower()}-{os.urandom(4).hex()}@marked.example"
        return f"{marker} {field.verbose_name}"

    return mark


def people_sheet() -> bytes:
    """People to invite, as a workbook."""
    book, held = Workbook(), BytesIO()
    book.active.append(["Name", "Email", "Role"])
    book.active.append(["Jo Doe", "jo@a.example", "Trustee"])
    book.save(held)
    return held.getvalue()


def parameters() -> list[str]:
    """What views and forms read from behind a question mark, by looking into their files."""
    found = {"next", "q", "page", "from", "o", "all", "_popup", "_to_field", "e", "state", "code"}
    for file in Path(__file__).parent.parent.glob("*/*.py"):
        if file.parent.name not in ("tests", "bench"):
            found |= set(re.findall(r'GET(?:\.get|\.getlist)?[(\[]"(\w+)"', file.read_text()))
    return sorted(found)


def forms_in(answer: Answer, address: str, person: str) -> list[Form]:
    """The forms of a page, with the markers taken out of what stands in them."""
    if not answer.header("content-type").startswith("text/html"):
        return []
    forms = FormReader(answer.text, address=address, person=person).forms
    for form in forms:
        for one in form.inputs.values():
            one.values = [_unmarked(value) for value in one.values]
    return [form for form in forms if form.address.startswith("/")]


def _unmarked(value: str) -> str:
    for marker in MARKERS:
        value = re.sub(marker, "somebody", value, flags=re.IGNORECASE)
    return value


def plain(person: str, address: str) -> Request:
    path, _, query = address.partition("?")
    return Request(person, "GET", path, query.partition("#")[0])


class Server:
    """The real application, called as gunicorn calls it."""

    def __init__(self, sessions: dict[str, str]) -> None:
        self.application = application
        self.sessions = sessions

    def __call__(self, sent: Request) -> Answer:
        answer = Answer()
        began = time.perf_counter()
        with watched(answer):
            try:
                parts = self.application(self.environ(sent), self._starting(answer))
                try:
                    answer.body = b"".join(parts)
                finally:
                    getattr(parts, "close", lambda: None)()
            except Exception as fault:
                answer.fault = "".join(traceback.format_exception(fault))
        answer.seconds = time.perf_counter() - began
        return answer

    @staticmethod
    def _starting(answer: Answer) -> Callable[..., None]:
        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            answer.status, answer.headers = int(status.split()[0]), headers

        return start

    def environ(self, sent: Request) -> dict[str, Any]:
        cookies = {"csrftoken": CSRF}
        if sent.person in self.sessions:
            cookies["sessionid"] = self.sessions[sent.person]
        cookies |= sent.cookies
        return {
            "REQUEST_METHOD": sent.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(sent.path).decode("latin-1"),
            "QUERY_STRING": sent.query,
            "CONTENT_TYPE": sent.content_type,
            "CONTENT_LENGTH": str(len(sent.body)),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(sent.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            **sent.headers,
        }


@contextmanager
def watched(answer: Answer) -> Iterator[None]:
    """Note what the application's own handler makes of an exception."""

    def note(**kwargs: Any) -> None:
        answer.fault = traceback.format_exc()

    got_request_exception.connect(note)
    try:
        yield
    finally:
        got_request_exception.disconnect(note)


class Watch:
    """Looks at every statement that goes to the database, and at every line for the log."""

    def __init__(self) -> None:
        self.written: set[str] = set()
        self.refused: list[str] = []
        self.lines: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITES.match(sql)
        if found:
            self.written.add(found[1])
        try:
            return execute(sql, params, many, context)
        except DatabaseError as fault:
            if not (found and found[1] in REPEATS_KEYS):
                self.refused.append(f"{type(fault).__name__}: {str(fault)[:200]} in {sql[:120]}")
            raise


class Lines(logging.Handler):
    """Keeps what the service would have written into its log."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch
        self.addFilter(Discreet())
        self.setFormatter(WithoutRows("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.watch.lines.append(self.format(record))


@contextmanager
def noted(watch: Watch) -> Iterator[None]:
    """The log goes to the watch alone."""
    root = logging.getLogger()
    others, root.handlers = root.handlers, [Lines(watch)]
    try:
        yield
    finally:
        root.handlers = others


def visit(
    number: int, seed: int, world: World, server: Server, known: Any, tally: Tally
) -> list[str]:
    """A few requests of one person; what is wrong with them."""

    chance = Chance(f"{seed}:{number}", known)
    person = chance.random.choice(known.people)
    watch, sent, wrong, forms = Watch(), [], [], []
    mail.outbox.clear()
    with noted(watch), undone(), connection.execute_wrapper(watch):
        for _ in range(chance.random.randrange(1, LONGEST_VISIT + 1)):
            request = chance.request(person, forms)
            answer = server(request)
            tally.add(request, answer)
            sent.append(request)
            wrong += wrong_in(request, answer, sent)
            if answer.fault:
                break
            to = answer.header("location")
            if to.startswith("/") and chance.one_in(2):
                request = plain(person, to)
                answer = server(request)
                tally.add(request, answer)
                wrong += wrong_in(request, answer, sent)
            forms = [
                form
                for form in forms_in(answer, request.path, person)
                if form.address != SIGN_OUT or chance.one_in(20)
            ]
        wrong += [f"the database refused: {one}" for one in watch.refused]
        if not wrong and watch.written:
            tally.writing += 1
            wrong += wrong_rows(world, person, watch)
    wrong += wrong_lines(watch) + wrong_mails(mail.outbox)
    if wrong:
        told = "\n  ".join(map(str, sent))
        again = f"python -m tests.malformed --seed {seed} --visit {number}"
        return ["\n".join([*wrong, f"  {told}", f"  once more: {again}"])]
    return []


def wrong_in(sent: Request, answer: Answer, before: Sequence[Request] = ()) -> list[str]:
    """What is wrong with one answer, to somebody who has sent others before."""
    wrong = []
    is_down = answer.status == 503 and any(
        one.path.startswith(MAY_BE_DOWN) for one in (sent, *before)
    )
    if answer.fault or (answer.status >= 500 and not is_down) or not answer.status:
        wrong.append(f"answered {answer.status}: {answer.fault[-3000:]}")
    joined = any("/invitations/" in one.path for one in before)
    said = answer.text.casefold() + repr(answer.headers).casefold()
    wrong += [
        f"says {marker} to {sent.person}"
        for marker in may_not_see(sent.person, joined=joined)
        if marker.casefold() in said
    ]
    kind = answer.header("content-type")
    if answer.body and "<tq-probe" in said and kind.startswith(("text/html", "image/svg")):
        wrong.append("prints what somebody typed as an element")
    if answer.body and not re.match(r"text/.*charset=|(image|application)/", kind):
        wrong.append(f"is of the kind {kind!r}, whose characters nobody knows")
    to = answer.header("location")
    if ELSEWHERE in (urlsplit(to).netloc if "[" not in to else to) or to.startswith("/\\"):
        wrong.append(f"sends people to {to}")
    if answer.status and not answer.fault:
        wrong += [
            f"has no {name}"
            for name in ("content-security-policy", "x-content-type-options", "x-frame-options")
            if not answer.header(name)
        ]
    return wrong


def wrong_rows(world: World, person: str, watch: Watch) -> list[str]:
    """What is wrong with the rows after a visit that wrote."""
    wrong = []
    try:
        connection.check_constraints()
    except DatabaseError as fault:
        wrong.append(f"a row points nowhere: {fault}")
    apps = ("assessments", "plans", "reports", "frameworks") if person == "operator" else ()
    before, now = world.before[apps], world.state(world.theirs, apps)
    wrong += [f"{name} of the other trust changed" for name in now if now[name] != before[name]]
    wrong += unsound_rows(world.ours, watch.written)
    return wrong


def unsound_rows(trust: Any, tables: set[str]) -> Iterator[str]:
    """Rows of the trust that no form would have let through, and halves of a change."""

    for model, rows in rows_of_trust(trust).items():
        if model._meta.db_table not in tables:
            continue
        history = history_of(model)
        for row in rows:
            try:
                row.clean_fields()
            except ValidationError as fault:
                yield f"{model.__name__} is unsound: {fault}"
            latest = history and history.filter(id=row.pk).order_by("history_id").last()
            if latest and (differing := _differing(row, latest)):
                yield f"{model.__name__} and its history differ in {differing}"
    yield from unsound_judgements(trust)


def _differing(row: Any, latest: Any) -> list[str]:
    """The fields in which a row is not what its history says last; a version may go ahead."""
    names = [one.attname for one in row._meta.concrete_fields if one.attname != "version"]
    return [
        name
        for name in names
        if hasattr(latest, name) and getattr(row, name) != getattr(latest, name)
    ]


def unsound_judgements(trust: Any) -> Iterator[str]:
    """What constraints cannot say of ratings, views and plans."""

    for one in Assessment.objects.filter(trust=trust):
        elements = Element.objects.filter(domain__framework=one.framework_id)
        if set(one.ratings.values_list("element")) != set(elements.values_list("pk")):
            yield "an assessment has not one rating for each element"
    by_framework = {
        Rating: ("level__framework", "assessment__framework"),
        Response: ("level__framework", "respondent__assessment__framework"),
        Priority: ("element__domain__framework", "plan__assessment__framework"),
    }
    for model, (mine, whole) in by_framework.items():
        if model._default_manager.exclude(**{mine: F(whole)}).exclude(**{mine: None}).exists():
            yield f"{model.__name__}: of another framework"


def wrong_lines(watch: Watch) -> list[str]:
    """Lines of the log that hold what was typed, or a marker, or are more than one."""
    words = (TYPED, *MARKERS)
    return [
        f"the log says: {line[:300]}"
        for line in watch.lines
        if any(word.casefold() in line.casefold() for word in words)
        or ("\n" in line and "Traceback" not in line)
    ]


def wrong_mails(mails: Sequence[Any]) -> list[str]:
    """Mails that are more than one plain text to one person."""
    return [
        f"a mail with the subject {one.subject!r} to {one.recipients()}"
        for one in mails
        if "\n" in one.subject or "\r" in one.subject or len(one.recipients()) != 1
        or getattr(one, "alternatives", None) or one.content_subtype != "plain"
    ]  # fmt: skip


@contextmanager
def as_in_service() -> Iterator[None]:
    """Limits count, a proxy stands in front, and a provider of work accounts is set."""

    told = dict.fromkeys(WORK_ACCOUNT_SETTINGS, "") | {
        "OIDC_NAME": "Work",
        "OIDC_SERVER_URL": "http://127.0.0.1:9",
        "OIDC_CLIENT_ID": "client",
        "OIDC_SECRET": "secret",
    }
    with override_settings(
        ACCOUNT_RATE_LIMITS=settings.SIGN_IN_LIMITS,
        ALLAUTH_TRUSTED_PROXY_COUNT=1,
        WORK_ACCOUNTS=providers_from(told, over_https=False),
    ):
        yield


@contextmanager
def served() -> Iterator[None]:
    """The application leaves the connection open, on which stands what is to be undone."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@contextmanager
def try_out() -> Iterator[Callable[..., Tally]]:
    """A world to send requests to; gone afterwards."""
    with ExitStack() as held:
        held.enter_context(undone())
        held.enter_context(as_in_service())
        held.enter_context(served())
        world = World()
        server = Server(world.sessions)
        known = world.known(server)
        operators = ("assessments", "plans", "reports", "frameworks")
        world.before = {apps: world.state(world.theirs, apps) for apps in ((), operators)}

        def run(*, count: int, seed: int, only: int | None = None) -> Tally:
            tally = Tally()
            number = only or 0
            while only is not None or tally.requests < count:
                tally.faults += visit(number, seed, world, server, known, tally)
                number += 1
                if only is not None:
                    break
            return tally

        yield run

"""Whatever people type is text: on every page, in every document, mail and file that prints it.

Every text of every model holds a probe, found by looking at the models; every address of the
table is opened by whoever may, and every form of these pages is sent with probes typed into it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from html.parser import HTMLParser
from itertools import count
from typing import Any

import pikepdf
import pytest
from django.core import mail
from django.db import models
from openpyxl import load_workbook

from tests.everything import our_models, texts_of, undone
from tests.machine import why_no_pdf
from tests.oddities import Chance, Form, Input, Known
from tests.trying import Answer, Server, World, as_in_service, forms_in, plain, served, wrong_mails

pytestmark = [pytest.mark.django_db, pytest.mark.once]

READERS = ("lead", "executive", "reviewer", "operator", "newcomer", "signed out")
ELEMENT, ATTRIBUTE = "tq-probe", "tqattribute"
PROBE = f"='\" {ATTRIBUTE}=1 ></textarea></title></script><{ELEMENT}>{{{{ 7 }}}}"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNSAFE = ("javascript:", "data:text", "vbscript:")
NO_PROBE = {
    "Alignment.symbol": "four characters of a publisher's",
    "Trust.companies_house_number": "eight digits or capitals",
    "Trust.uid": "a number",
}
"""Texts that can hold none, and why."""
NEVER_SHOWN: dict[str, str] = {}
"""Texts that no page prints, and why."""


class Probes:
    """A probe for each field of each model, told apart by a word of its own."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self._numbers = count(1)

    def __call__(self, field: models.Field) -> str:
        name = f"{field.model.__name__}.{field.name}"
        word = self.words.setdefault(name, f"wq{next(self._numbers)}z")
        if isinstance(field, models.EmailField):
            return f"{word}+'tq@trust.example"
        if isinstance(field, models.URLField):
            return f"https://trust.example/{word}?'=%22%3E%3C{ELEMENT}%3E"
        full = f"={word}{PROBE}"
        short = f"={word}<{ELEMENT}>"
        longest = field.max_length or 10**6
        return next((one for one in (full, short, f"={word}") if len(one) + 8 <= longest), word)


class Elements(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        scripts = [name for name in names if name.startswith("on")]
        links = [value or "" for name, value in attrs if name in ("href", "src", "action")]
        schemes = [one for one in links if one.strip().lower().startswith(UNSAFE)]
        if tag == ELEMENT or ATTRIBUTE in names or scripts or schemes:
            self.found.append(self.get_starttag_text() or tag)


def wrong_with(answer: Answer) -> list[str]:
    """How an answer prints what was typed as something else than text."""
    kind = answer.header("content-type").split(";")[0]
    name = Message()
    name["Content-Disposition"] = answer.header("content-disposition")
    wrong = [f"a file name {name.get_filename()!r}"] if "\n" in str(name.get_filename()) else []
    if kind == "text/html":
        wrong += Elements(answer.text).found
        wrong += ["an element in a script"] * (f"<{ELEMENT}" in answer.text)
    elif kind == "text/csv":
        rows = csv.reader(io.StringIO(answer.body.decode("utf-8-sig")))
        wrong += [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]
    elif kind == SHEET:
        cells = (
            cell
            for sheet in load_workbook(io.BytesIO(answer.body))
            for row in sheet.iter_rows()
            for cell in row
        )
        wrong += [str(cell.value) for cell in cells if cell.data_type == "f"]
    elif kind == WORD:
        wrong += outside_of(answer.body)
    elif kind == "application/pdf" and answer.body.startswith(b"%PDF-1.7\n"):
        wrong += scripts_of(answer.body)
    elif kind == "application/json":
        json.loads(answer.body)
    elif kind == "text/javascript":
        wrong += [ELEMENT] * (ELEMENT in answer.text)
    elif kind not in ("", "text/plain", "application/pdf"):
        wrong.append(f"another kind of answer, {kind}")
    return wrong


def outside_of(document: bytes) -> list[str]:
    """Whatever a Word file would run, work out or fetch, and a text that became an element."""
    with zipfile.ZipFile(io.BytesIO(document)) as file:
        parts = {name: file.read(name).decode("utf-8", "replace") for name in file.namelist()}
    wrong = [name for name in parts if "vba" in name.lower() or "embed" in name.lower()]
    wrong += [name for name, text in parts.items() if 'TargetMode="External"' in text]
    for name, text in parts.items():
        fields = re.findall(r'<w:fldSimple\b[^>]*?\bw:instr="([^"]*)"', text)
        is_ours = set(fields) <= {"PAGE", "NUMPAGES"} and text.count("<w:fldSimple") == len(fields)
        if not is_ours or re.search(rf"<w:instrText|<{ELEMENT}", text):
            wrong.append(name)
    return wrong


def scripts_of(document: bytes) -> list[str]:
    """Whatever a PDF would run, open or fetch."""
    with pikepdf.open(io.BytesIO(document)) as pdf:
        objects = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
        keys = {key for one in objects for key in one}
        actions = {str(one.S) for one in objects if "/S" in one and one.get("/Type") == "/Action"}
    return [*(keys & {"/JS", "/JavaScript", "/AA", "/OpenAction"}), *(actions - {"/URI", "/GoTo"})]


@dataclass
class Shown:
    """What a world full of probes has answered.

    Attributes:
        words: the probe's word, by `Model.field`.
        kinds: of answers.
        texts: all that was said, to look for the words.
        mails: what went out.
        wrong: what was printed as something else than text, and where.
    """

    words: dict[str, str]
    kinds: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    mails: list[Any] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, what: str, answer: Answer) -> None:
        self.texts.append(answer.text)
        self.kinds.add(answer.header("content-type").split(";")[0])
        found = [answer.fault] if answer.fault else wrong_with(answer)
        self.wrong += [f"{what}: {one}" for one in found]

    def is_shown(self, name: str) -> bool:
        return any(self.words[name] in text for text in self.texts)


@pytest.fixture(scope="module")
def shown(django_db_setup: None, django_db_blocker: Any) -> Iterator[Shown]:
    """Every page, and what every form of them answers."""
    with django_db_blocker.unblock(), undone(), as_in_service(), served():
        probes = Probes()
        world = World(ours=probes)
        server = Server(world.sessions)
        found = Shown({name: probes.words[name] for name in world.written})
        forms: dict[Any, Form] = {}
        for person in READERS:
            for address in world.addresses():
                answer = server(plain(person, address))
                found.add(f"{person} {address}", answer)
                for form in forms_in(answer, address, person):
                    forms.setdefault(form.shape, form)
        mail.outbox.clear()
        known = world.known_of(list(forms.values()))
        for form in forms.values():
            send(form, known, server, found)
        found.mails = list(mail.outbox)
        yield found


class Typist(Chance):
    """Fills in a form as its page asks, and one text into every box that takes any."""

    def typed(self, one: Input) -> str:
        return PROBE if one.kind in ("text", "textarea", "search") else super().typed(one)


def send(form: Form, known: Known, server: Server, found: Shown) -> None:
    """A form with a probe typed into every box, and as its page asks, and what follows."""
    for chance in (Typist(form.address, known), Chance(form.address, known)):
        with undone():
            answer = server(chance.sent(form, chance.filled(form), form.person))
            found.add(f"{form.person} sends {form.address}", answer)
            to = answer.header("location")
            if to.startswith("/"):
                found.add(f"{form.person} after {form.address}", server(plain(form.person, to)))


def test_every_text_is_printed_as_text(shown: Shown) -> None:
    assert not shown.wrong, "\n".join(shown.wrong[:40])


def test_every_kind_of_document_is_looked_into(shown: Shown) -> None:
    kinds = {"text/html", "text/csv", "application/json", SHEET}
    assert kinds | (set() if why_no_pdf() else {"application/pdf"}) <= shown.kinds


def test_mails_are_plain_text_with_one_subject_to_one_person(shown: Shown) -> None:
    assert len({one.subject for one in shown.mails}) > 4
    assert not wrong_mails(shown.mails)
    for one in shown.mails:
        parts = list(one.message().walk())
        assert [part.get_content_type() for part in parts] == ["text/plain"]
        assert "&lt;" not in one.body + one.subject
        assert "&#x27;" not in one.body + one.subject


def test_what_mails_print_is_what_was_typed(shown: Shown) -> None:
    assert any(f"<{ELEMENT}>" in one.body for one in shown.mails)


def test_no_text_is_left_untried(shown: Shown) -> None:
    every = {f"{model.__name__}.{one.name}" for model in our_models() for one in texts_of(model)}
    assert every - set(shown.words) == set(NO_PROBE)


def test_every_text_was_looked_at_somewhere(shown: Shown) -> None:
    unseen = {name for name in shown.words if not shown.is_shown(name)}
    assert unseen == set(NEVER_SHOWN)

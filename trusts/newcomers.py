"""Reading whom to invite: lines that were pasted, or the first sheet of a spreadsheet.

A sheet becomes lines too, so that what is wrong in it can be put right in the box, where the
faults name the line. Columns are found by their heading where there is one, and otherwise
by the address: what stands before it is the name, what stands after it is the role.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from govuk.sheets import Fault, SheetRow
from trusts.invitations import Newcomer
from trusts.models import Role

AT_ONCE = 100
LONGEST_LINE = 1_000
LONGEST_NAME = 150
LONGEST_EMAIL = 254
SHOWN = 60
"""Characters of something wrong that its fault repeats."""

ADDRESSED = re.compile(r"(.*)<([^<>]*@[^<>]*)>\s*")
"""As mail programs write it: Jane Smith <jane@example.org>."""
QUOTED = re.compile(r'"[^"]*"')
UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
ROLES = {word.casefold(): role for role in Role for word in (role.value, role.label)}
HEADINGS = {
    "name": "name",
    "full name": "name",
    "first name": "name",
    "forename": "name",
    "last name": "name",
    "surname": "name",
    "email": "email",
    "e-mail": "email",
    "email address": "email",
    "e-mail address": "email",
    "role": "role",
}


@dataclass(frozen=True)
class Line:
    """One line that says something, in cells, with its number among all of them."""

    number: int
    cells: Sequence[str]


class _Wrong(Exception):
    """What is wrong in one line."""


def read_newcomers(text: str, *, role: str) -> tuple[list[Newcomer], list[Fault]]:
    """Everybody in the text, and every fault, by line.

    Args:
        role: what somebody becomes whose line names no role; blank where nobody gets a role,
            and no line names one.
    """
    lines = [
        Line(number, split(line)) for number, line in enumerate(text.split("\n"), 1) if line.strip()
    ]
    newcomers: dict[str, Newcomer] = {}
    stands_in: dict[str, int] = {}
    faults = []
    for line in _arranged(lines):
        try:
            newcomer = _newcomer(line, role)
            _refuse_twice(newcomer, stands_in)
        except _Wrong as reason:
            faults.append(Fault(f"Line {line.number}", str(reason)))
        else:
            newcomers[newcomer.email] = newcomer
            stands_in[newcomer.email] = line.number
    if len(newcomers) + len(faults) > AT_ONCE:
        faults.append(Fault("The list", f"Invite {AT_ONCE} people or fewer at once"))
    return list(newcomers.values()), faults


def split(line: str) -> list[str]:
    """A line in its cells, by tabs, semicolons or commas, whichever it has in this order.

    A cell in quotation marks may hold what parts the others: "Smith, Jane".
    """
    line = line.strip()
    bare = QUOTED.sub("", line)
    by = next((sign for sign in "\t;" if sign in bare), ",")
    try:
        [cells] = csv.reader([line], delimiter=by, skipinitialspace=True, strict=True)
    except (csv.Error, ValueError):
        cells = line.split(by)
    return [" ".join(cell.split()) if not UNSHOWABLE.search(cell) else cell for cell in cells]


def lines_of(rows: Iterable[SheetRow]) -> str:
    """A sheet's rows as lines that `read_newcomers` reads alike."""
    lines = [Line(row.number, [" ".join(cell.split()) for cell in row.cells]) for row in rows]
    return "\n".join(
        ", ".join(_quoted(cell) for cell in line.cells if cell) for line in _arranged(lines)
    )


def _quoted(cell: str) -> str:
    if re.search(r"[,;\"\t]", cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _arranged(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines below the headings, where the first has any, each as name, address, role."""
    columns = _columns(lines[0].cells) if lines else {}
    if not columns:
        yield from lines
        return
    for line in lines[1:]:
        found = {
            what: " ".join(filter(None, (_cell(line, number) for number in numbers)))
            for what, numbers in columns.items()
        }
        yield Line(line.number, [found.get(what, "") for what in ("name", "email", "role")])


def _columns(cells: Sequence[str]) -> Mapping[str, list[int]]:
    """Where the headings put what; nothing where this is no row of headings."""
    columns: dict[str, list[int]] = {}
    for number, cell in enumerate(cells):
        if what := HEADINGS.get(cell.casefold()):
            columns.setdefault(what, []).append(number)
    return columns if "email" in columns else {}


def _cell(line: Line, number: int) -> str:
    return line.cells[number] if number < len(line.cells) else ""


def _newcomer(line: Line, role: str) -> Newcomer:
    if sum(map(len, line.cells)) > LONGEST_LINE:
        raise _Wrong(f"it must be {LONGEST_LINE:,} characters or fewer")
    before, email, after = _parted([cell for cell in line.cells if cell])
    if after and not role:
        raise _Wrong("the email address has to come last, after the name")
    if after and after[-1].casefold() not in ROLES:
        roles = ", ".join(role.label for role in Role)
        raise _Wrong(f"“{_shown(after[-1])}” is not a role here. The roles are: {roles}")
    chosen = ROLES[after[-1].casefold()] if after else role
    return Newcomer(email=_email(email), role=chosen, name=_name(" ".join([*before, *after[:-1]])))


def _parted(cells: Sequence[str]) -> tuple[list[str], str, list[str]]:
    """What stands before the address, the address, and what stands after it."""
    places = [place for place, cell in enumerate(cells) if "@" in cell]
    if not places:
        raise _Wrong("there is no email address in it")
    if len(places) > 1:
        raise _Wrong("there is more than one email address in it")
    [place] = places
    before, email = list(cells[:place]), cells[place]
    if named := ADDRESSED.fullmatch(email):
        before, email = [*before, named[1].strip(' "')], named[2]
    return [cell for cell in before if cell], email.strip(), list(cells[place + 1 :])


def _email(text: str) -> str:
    """An address as accounts keep it."""
    email = text.lower()
    try:
        validate_email(email)
    except ValidationError as refusal:
        raise _Wrong(
            f"“{_shown(text)}” is not an email address. One looks like name@example.org"
        ) from refusal
    if len(email) > LONGEST_EMAIL:
        raise _Wrong(f"the email address must be {LONGEST_EMAIL} characters or fewer")
    return email


def _name(text: str) -> str:
    if UNSHOWABLE.search(text):
        raise _Wrong("the name has a character that cannot be shown")
    if len(text) > LONGEST_NAME:
        raise _Wrong(f"the name must be {LONGEST_NAME} characters or fewer; it has {len(text)}")
    return text


def _refuse_twice(newcomer: Newcomer, stands_in: Mapping[str, int]) -> None:
    if number := stands_in.get(newcomer.email):
        raise _Wrong(f"{newcomer.email} stands in line {number} already")


def _shown(text: str) -> str:
    text = UNSHOWABLE.sub("�", text)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

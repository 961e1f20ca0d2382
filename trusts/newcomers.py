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

from sheets.reading import Fault, SheetRow
from trusts.invitations import Newcomer
from trusts.models import Role
from trusts.names import UNSHOWABLE, readable, visible

AT_ONCE = 100
LONGEST_LINE = 1_000
LONGEST_NAME = 150
LONGEST_EMAIL = 254
SHOWN = 60
"""Characters of something wrong that its fault repeats."""

ADDRESSED = re.compile(r"(.*)<([^<>]*@[^<>]*)>\s*")
"""As mail programs write it: Jane Smith <jane@example.org>."""
QUOTED = re.compile(r'"[^"]*"')
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
        Line(number, cells)
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
        for cells in people_in(split(line))
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


def people_in(cells: Sequence[str]) -> list[Sequence[str]]:
    """Each person of a line: several where every cell has an address, as mail programs write it."""
    told = [cell for cell in cells if cell]
    if len(told) > 1 and all("@" in cell for cell in told):
        return [[cell] for cell in told]
    return [cells]


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
    newcomer = Newcomer(
        email=email.lower(),
        role=ROLES.get(after[-1].casefold(), "") if after else role,
        name=visible(" ".join([*before, *after[:-1]])),
    )
    faults = [_fault_of_email(email), _fault_of_name(newcomer.name)]
    if after and not newcomer.role:
        roles = ", ".join(role.label for role in Role)
        faults.append(f"“{_shown(after[-1])}” is not a role here. The roles are: {roles}")
    if found := [fault for fault in faults if fault]:
        raise _Wrong(". Also, ".join(found))
    return newcomer


def _parted(cells: Sequence[str]) -> tuple[list[str], str, list[str]]:
    """What stands before the address, the address, and what stands after it."""
    places = [place for place, cell in enumerate(cells) if "@" in cell]
    if not places:
        raise _Wrong("there is no email address in it")
    if len(places) > 1:
        raise _Wrong(
            "there is more than one email address in it. Put each person on a line of their own"
        )
    [place] = places
    before, email = list(cells[:place]), cells[place]
    if named := ADDRESSED.fullmatch(email):
        before, email = [*before, named[1].strip(' "')], named[2]
    return [cell for cell in before if cell], email.strip(), list(cells[place + 1 :])


def _fault_of_email(text: str) -> str:
    try:
        validate_email(text.lower())
    except ValidationError:
        return f"“{_shown(text)}” is not an email address. One looks like name@example.org"
    if len(text) > LONGEST_EMAIL:
        return f"the email address must be {LONGEST_EMAIL} characters or fewer"
    return ""


def _fault_of_name(text: str) -> str:
    try:
        readable(text)
    except ValidationError as refusal:
        return _beginning_small(refusal.messages[0])
    if len(text) > LONGEST_NAME:
        return f"the name must be {LONGEST_NAME} characters or fewer; it has {len(text):,}"
    return ""


def _beginning_small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _refuse_twice(newcomer: Newcomer, stands_in: Mapping[str, int]) -> None:
    if number := stands_in.get(newcomer.email):
        raise _Wrong(f"line {number} has {newcomer.email} already")


def _shown(text: str) -> str:
    text = UNSHOWABLE.sub("�", text)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

"""How a framework is laid out in a spreadsheet: its sheets, their columns, and the words in them.

One list for what is read, what is written and what the template's first sheet explains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from frameworks.models import Framework, Level, Statement

FRAMEWORK, LEVELS, DOMAINS = "Framework", "Levels", "Domains"
ELEMENTS, STATEMENTS, READ_ME = "Elements", "Statements", "Read me"
NAME, VALUE, HELP = "Name", "Value", "What to write"


@dataclass(frozen=True)
class Column:
    """A column of a sheet, or a row of the first: its heading, and what belongs into it."""

    heading: str
    field: str
    help: str
    is_needed: bool = True
    width: int = 16


FACTS = (
    Column("Title", "title", "What your board will know the framework by."),
    Column(
        "Edition", "edition", "Year and month, such as 2026-11. A later edition has a later one."
    ),
    Column("Publisher", "publisher", "Who stands behind it: your trust, or whoever wrote it."),
    Column("Published on", "published_on", "A day, such as 2026-11-25 or 25 November 2026."),
    Column("Subject", "subject", "The word trust: boards rate their trust against it."),
    Column("One domain", "domain_noun", "What you call a group of elements: domain, pillar, area."),
    Column(
        "Several domains", "domain_noun_plural", "The same for several: domains, pillars, areas."
    ),
    Column("One element", "element_noun", "What you call the thing that is rated: element, theme."),
    Column("Several elements", "element_noun_plural", "The same for several: elements, themes."),
    Column("About", "about", "What it is for, and what it is not.", is_needed=False),
    Column("Where it comes from", "attribution", "Whose words these are, and on what they build."),
    Column("Licence", "licence", "By what right your trust uses them, such as Our own work."),
    Column("Web address", "source_url", "Where it is published, if it is.", is_needed=False),
)
SHEETS: Mapping[str, Sequence[Column]] = {
    LEVELS: (
        Column("Order", "order", "1, 2, 3 and so on; 1 is the weakest.", width=8),
        Column("Name", "name", "What the level is called.", width=20),
        Column("Meaning", "meaning", "When a board chooses it, in a sentence.", width=60),
        Column("Tone", "tone", "How strong it looks: colour and mark hang on it.", width=14),
    ),
    DOMAINS: (
        Column("Order", "order", "1, 2, 3 and so on.", width=8),
        Column("Name", "name", "What the group is called.", width=50),
    ),
    ELEMENTS: (
        Column("Domain", "domain", "The domain’s name or order.", width=30),
        Column(
            "Number", "number", "1, 2, 3 and so on, through all domains or anew in each.", width=8
        ),
        Column("Code", "code", "Short and its own, such as BC-01; it stays for good.", width=12),
        Column("Name", "name", "What is rated.", width=40),
        Column("Summary", "summary", "What it is about, in a sentence.", is_needed=False, width=70),
    ),
    STATEMENTS: (
        Column("Element", "element", "The element’s code.", width=12),
        Column("Code", "code", "Short and its own, such as BC-01-Q1; it stays for good.", width=14),
        Column(
            "Kind", "kind", "What it is: something to ask, to compare with, or to know.", width=13
        ),
        Column(
            "Level",
            "level",
            "For a description: the level’s name or order; nothing where it says what good is.",
            is_needed=False,
            width=20,
        ),
        Column(
            "Audience",
            "audience",
            "For a description: whom it is for, if not for all.",
            is_needed=False,
            width=14,
        ),
        Column(
            "Under",
            "under",
            "The code of the lead-in under which this point stands, if it is a point.",
            is_needed=False,
            width=14,
        ),
        Column("Text", "text", "The statement itself.", width=90),
    ),
}
"""Every sheet below the first, by its title, with its columns."""

KINDS = {
    "question": Statement.Kind.QUESTION,
    "description": Statement.Kind.DESCRIPTOR,
    "footnote": Statement.Kind.NOTE,
}
TONES = {
    "weakest": Level.Tone.WEAKEST,
    "weak": Level.Tone.WEAK,
    "in between": Level.Tone.MIDDLE,
    "strong": Level.Tone.STRONG,
    "strongest": Level.Tone.STRONGEST,
}
AUDIENCES = {
    "members": Statement.Audience.MEMBERS,
    "board": Statement.Audience.BOARD,
    "ceo": Statement.Audience.CEO,
    "board and ceo": Statement.Audience.BOTH,
}
SUBJECTS = {"trust": Framework.Subject.TRUST}
WORDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    (FRAMEWORK, "subject"): SUBJECTS,
    (LEVELS, "tone"): TONES,
    (STATEMENTS, "kind"): KINDS,
    (STATEMENTS, "audience"): AUDIENCES,
}
"""The columns that know only certain words, by sheet and field: what each is stored as."""

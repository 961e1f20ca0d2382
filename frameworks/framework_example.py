"""The worked example that fills the template: small, our own, and with one of everything."""

from __future__ import annotations

from datetime import date

from frameworks.framework_draft import (
    DomainDraft,
    ElementDraft,
    FrameworkDraft,
    LevelDraft,
    StatementDraft,
)
from frameworks.models import Level, Statement

QUESTION, DESCRIPTION, NOTE = (
    Statement.Kind.QUESTION,
    Statement.Kind.DESCRIPTOR,
    Statement.Kind.NOTE,
)
WEAKEST, STRONGEST = 1, 4

EXAMPLE = FrameworkDraft(
    title="Board culture",
    edition="2026-11",
    publisher="Example Trust",
    published_on=date(2026, 11, 25),
    domain_noun="part",
    domain_noun_plural="parts",
    element_noun="habit",
    element_noun_plural="habits",
    about="Four habits of a board that works well together. We look at them once a year, "
    "before we plan the board’s own training. It is no judgement of any one trustee.",
    attribution="Our governance lead wrote it with two trustees. Replace it with your own.",
    licence="Our own work. Other trusts may use it freely.",
    levels=(
        LevelDraft(1, "Not yet", "We seldom do this, or nobody could say.", Level.Tone.WEAKEST),
        LevelDraft(2, "Now and then", "It happens, but by chance.", Level.Tone.WEAK),
        LevelDraft(3, "Mostly", "We usually do it, and notice when we do not.", Level.Tone.STRONG),
        LevelDraft(4, "As a habit", "It is simply how we work.", Level.Tone.STRONGEST),
    ),
    domains=(DomainDraft(1, "In the meeting"), DomainDraft(2, "Between meetings")),
    elements=(
        ElementDraft(1, 1, "BC-01", "Speaking up", "Whether trustees say what they think."),
        ElementDraft(1, 2, "BC-02", "Deciding", "Whether it is clear what was decided, and why."),
        ElementDraft(2, 3, "BC-03", "Learning", "Whether the board gets better at its work."),
        ElementDraft(2, 4, "BC-04", "Listening", "Whether the board knows its schools."),
    ),
    statements=(
        StatementDraft(
            "BC-01", "BC-01-Q1", QUESTION, "When did a trustee last change the board’s mind?"
        ),
        StatementDraft(
            "BC-01",
            "BC-01-W1",
            DESCRIPTION,
            "Two or three people do the talking, and papers are seldom questioned.",
            level=WEAKEST,
        ),
        StatementDraft(
            "BC-01",
            "BC-01-S1",
            DESCRIPTION,
            "Everybody speaks in every meeting. The chair",
            level=STRONGEST,
        ),
        StatementDraft(
            "BC-01",
            "BC-01-S1a",
            DESCRIPTION,
            "asks the quiet ones first;",
            level=STRONGEST,
            under="BC-01-S1",
        ),
        StatementDraft(
            "BC-01",
            "BC-01-S1b",
            DESCRIPTION,
            "thanks whoever disagrees.",
            level=STRONGEST,
            under="BC-01-S1",
        ),
        StatementDraft(
            "BC-02", "BC-02-Q1", QUESTION, "Could each of us say what we decided last time?"
        ),
        StatementDraft(
            "BC-02",
            "BC-02-W1",
            DESCRIPTION,
            "Items end without anybody saying what follows from them.",
            level=WEAKEST,
        ),
        StatementDraft(
            "BC-02",
            "BC-02-S1",
            DESCRIPTION,
            "Each item ends with a decision, its reason, and who does what by when.",
            level=STRONGEST,
        ),
        StatementDraft("BC-02", "BC-02-N1", NOTE, "Items for information need no decision."),
        StatementDraft("BC-03", "BC-03-Q1", QUESTION, "What did we do differently this year?"),
        StatementDraft("BC-03", "BC-03-Q2", QUESTION, "Which visit or course would help you most?"),
        StatementDraft(
            "BC-03",
            "BC-03-W1",
            DESCRIPTION,
            "New trustees find their own way, and nobody reviews how the board works.",
            level=WEAKEST,
        ),
        StatementDraft(
            "BC-03",
            "BC-03-S1",
            DESCRIPTION,
            "Every trustee has a plan for learning, and the board reviews itself each year.",
            level=STRONGEST,
        ),
        StatementDraft(
            "BC-03",
            "BC-03-S2",
            DESCRIPTION,
            "You hear once a year what the board has learnt.",
            level=STRONGEST,
            audience=Statement.Audience.MEMBERS,
        ),
        StatementDraft(
            "BC-04", "BC-04-Q1", QUESTION, "Whom have we heard besides the executive team?"
        ),
        StatementDraft(
            "BC-04",
            "BC-04-W1",
            DESCRIPTION,
            "The board knows its schools from reports alone.",
            level=WEAKEST,
        ),
        StatementDraft(
            "BC-04",
            "BC-04-S1",
            DESCRIPTION,
            "Pupils, parents and staff are heard each term, and the board can name what it "
            "changed because of them.",
            level=STRONGEST,
        ),
    ),
)

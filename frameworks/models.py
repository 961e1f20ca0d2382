"""What publishers wrote: frameworks, their levels, domains, elements and statements.

Read-only to everyone but the operator; a trust's own framework is written once, whole.
No code here or elsewhere knows a framework's name or how many levels it has.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from frameworks.querysets import (
    AlignmentQuerySet,
    DomainQuerySet,
    ElementQuerySet,
    FrameworkQuerySet,
    LevelQuerySet,
    StatementQuerySet,
)


class Framework(models.Model):
    """One edition of one published framework."""

    class Subject(models.TextChoices):
        TRUST = "trust", "A trust"
        SCHOOL = "school", "A school"

    class Layout(models.TextChoices):
        """How the descriptions of an element's levels are laid out to choose between."""

        SIDES = "sides", "Weak beside strong"
        GRID = "grid", "A cell for every level"

    key = models.SlugField(max_length=60)
    edition = models.SlugField(max_length=20, help_text="Year and month, such as 2023-09.")
    title = models.CharField(max_length=200)
    publisher = models.CharField(max_length=200)
    published_on = models.DateField()
    source_url = models.URLField(
        blank=True, help_text="Blank where no public address of the publication is known."
    )
    licence = models.TextField()
    licence_url = models.URLField(
        blank=True, help_text="Where the licence itself can be read; blank where it is nowhere."
    )
    attribution = models.TextField()
    about = models.TextField(
        blank=True, help_text="Where it comes from, what it is for and what it is not."
    )
    subject = models.CharField(max_length=10, choices=Subject, default=Subject.TRUST)
    layout = models.CharField(max_length=10, choices=Layout, default=Layout.SIDES)
    domain_noun = models.CharField(max_length=40, help_text="Such as pillar or domain.")
    domain_noun_plural = models.CharField(max_length=40)
    element_noun = models.CharField(max_length=40, help_text="Such as theme or element.")
    element_noun_plural = models.CharField(max_length=40, help_text="Such as criteria.")
    alignment_note = models.TextField(
        blank=True, help_text="What the publisher's symbols for its alignments stand for."
    )
    is_published = models.BooleanField(
        default=True, help_text="No: a trust's own; nobody outside that trust sees it."
    )
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        ordering = ("title", "edition")
        constraints = [
            models.UniqueConstraint(fields=["key", "edition"], name="framework_edition_unique"),
            models.CheckConstraint(
                condition=models.Q(subject__in=["trust", "school"]), name="framework_subject_known"
            ),
            models.CheckConstraint(
                condition=models.Q(layout__in=["sides", "grid"]), name="framework_layout_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.edition})"

    def get_absolute_url(self) -> str:
        return reverse("frameworks:detail", args=[self.key, self.edition])

    def natural_key(self) -> tuple[str, str]:
        return self.key, self.edition

    @property
    def edition_in_words(self) -> str:
        """Whose it is and which edition, as every document says it."""
        month = date_format(self.published_on, "F Y")
        return f"{self.publisher}, edition {self.edition} (published in {month})"

    @property
    def source_host(self) -> str:
        """What to promise of the source's address: some lead to no more than a home page."""
        return urlsplit(self.source_url).hostname or ""

    @property
    def is_grid(self) -> bool:
        """Whether every level is described, so that the description is what one chooses."""
        return self.layout == self.Layout.GRID


class Level(models.Model):
    """One step of a framework's scale."""

    class Tone(models.TextChoices):
        """How strong a level is to look at; each has a colour and a mark of its own."""

        WEAKEST = "weakest", "Weakest"
        WEAK = "weak", "Weak"
        MIDDLE = "middle", "Neither"
        STRONG = "strong", "Strong"
        STRONGEST = "strongest", "Strongest"

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="levels")
    order = models.PositiveSmallIntegerField(help_text="1 is the weakest.")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    meaning = models.TextField()
    tone = models.CharField(max_length=10, choices=Tone)

    objects = LevelQuerySet.as_manager()

    class Meta:
        ordering = ("framework", "order")
        constraints = [
            models.UniqueConstraint(fields=["framework", "order"], name="level_order_unique"),
            models.UniqueConstraint(fields=["framework", "key"], name="level_key_unique"),
            models.CheckConstraint(condition=models.Q(order__gte=1), name="level_order_from_one"),
            models.CheckConstraint(
                condition=models.Q(tone__in=["weakest", "weak", "middle", "strong", "strongest"]),
                name="level_tone_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, str, str]:
        return *self.framework.natural_key(), self.key

    natural_key.dependencies = ["frameworks.framework"]  # type: ignore[attr-defined]

    @property
    def is_weak(self) -> bool:
        """Whether an element at this level is offered first as a priority."""
        return self.tone in (self.Tone.WEAKEST, self.Tone.WEAK)


class Domain(models.Model):
    """A group of elements; the publisher may call it a pillar."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="domains")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)

    objects = DomainQuerySet.as_manager()

    class Meta:
        ordering = ("framework", "order")
        constraints = [
            models.UniqueConstraint(fields=["framework", "order"], name="domain_order_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, str, int]:
        return *self.framework.natural_key(), self.order

    natural_key.dependencies = ["frameworks.framework"]  # type: ignore[attr-defined]


class Element(models.Model):
    """What is rated; the publisher may call it a theme, characteristic or criterion."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="elements")
    number = models.PositiveSmallIntegerField()
    code = models.CharField(
        max_length=20, help_text="Fixed for good: wording packs and exports use it."
    )
    name = models.CharField(max_length=200)
    summary = models.TextField(blank=True)

    objects = ElementQuerySet.as_manager()

    class Meta:
        ordering = ("domain", "number")
        constraints = [
            models.UniqueConstraint(fields=["domain", "number"], name="element_number_unique"),
            models.UniqueConstraint(fields=["domain", "code"], name="element_code_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"

    def get_absolute_url(self) -> str:
        framework = self.domain.framework
        return reverse("frameworks:element", args=[framework.key, framework.edition, self.code])

    def natural_key(self) -> tuple[str, str, str]:
        return *self.domain.framework.natural_key(), self.code

    natural_key.dependencies = ["frameworks.domain"]  # type: ignore[attr-defined]


class Statement(models.Model):
    """A question to ask, a description of what an element looks like, or a footnote."""

    class Kind(models.TextChoices):
        QUESTION = "question", "Question"
        DESCRIPTOR = "descriptor", "Descriptor"
        NOTE = "note", "Footnote"

    class Audience(models.TextChoices):
        MEMBERS = "members", "Members"
        BOARD = "board", "Board"
        CEO = "ceo", "CEO"
        BOTH = "both", "Board and CEO"

    element = models.ForeignKey(Element, models.CASCADE, related_name="statements")
    code = models.CharField(max_length=30)
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    level = models.ForeignKey(
        Level,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="statements",
        help_text="The level that it describes; none for a description of what good is.",
    )
    audience = models.CharField(max_length=10, choices=Audience, blank=True)
    parent = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="points",
        help_text="The lead-in under which this point stands.",
    )
    text = models.TextField(help_text="In our words.")
    publisher_text = models.TextField(
        blank=True, help_text="Blank until the operator loads a wording pack."
    )

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ("element", "kind", "level", "order")
        constraints = [
            models.UniqueConstraint(fields=["element", "code"], name="statement_code_unique"),
            models.CheckConstraint(
                condition=models.Q(kind="descriptor") | models.Q(level__isnull=True),
                name="statement_level_only_of_descriptor",
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="statement_text_not_empty"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["question", "descriptor", "note"]),
                name="statement_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(audience__in=["", "members", "board", "ceo", "both"]),
                name="statement_audience_known",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def natural_key(self) -> tuple[str, str, str]:
        return *self.element.domain.framework.natural_key(), self.code

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "frameworks.element",
        "frameworks.level",
    ]

    @property
    def wording(self) -> str:
        """The publisher's words where the trust may use them, else ours."""
        return self.publisher_text or self.text


class Alignment(models.Model):
    """A statement mirrors an element of another framework, as its own publisher says."""

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="alignments")
    element = models.ForeignKey(Element, models.CASCADE, related_name="mirrored_by")
    symbol = models.CharField(
        max_length=4, help_text="The publisher's own; Framework.alignment_note explains it."
    )

    objects = AlignmentQuerySet.as_manager()

    class Meta:
        ordering = ("statement", "element")
        constraints = [
            models.UniqueConstraint(fields=["statement", "element"], name="alignment_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.statement} {self.symbol} {self.element}"

    def natural_key(self) -> tuple[str, ...]:
        return *self.statement.natural_key(), *self.element.natural_key()

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "frameworks.statement",
        "frameworks.element",
    ]


class WordingPack(models.Model):
    """The publisher's wording, loaded for one edition by the operator who may use it.

    The words themselves stand in `Statement.publisher_text`.
    """

    framework = models.OneToOneField(Framework, models.CASCADE, related_name="wording_pack")
    source = models.TextField(help_text="How the page credits the words, and by what right.")
    loaded_at = models.DateTimeField(default=timezone.now)
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Nobody where a command loaded it.",
    )

    class Meta:
        ordering = ("framework",)

    def __str__(self) -> str:
        return f"Wording of {self.framework}"

"""Frameworks for the operator to look at; they change by fixture only."""

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from frameworks.models import Domain, Element, Framework, Level, Statement, WordingPack
from govuk.operators import OperatorAdmin, ReadOnly, Rows


class LevelInline(Rows):
    model = Level


class DomainInline(Rows):
    model = Domain


class StatementInline(Rows):
    model = Statement
    fields = ("code", "kind", "level", "audience", "text", "publisher_text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        return super().get_queryset(request).select_related("level")


class WordingPackInline(Rows):
    model = WordingPack
    fields = ("source", "loaded_at", "loaded_by")


@admin.register(Framework)
class FrameworkAdmin(ReadOnly, OperatorAdmin):
    """A published framework with its scale, its domains and where its words are from.

    A trust's own framework is that trust's alone.
    """

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ("title", "edition", "publisher", "subject")
    readonly_fields = ("publishers_words",)
    inlines = (WordingPackInline, LevelInline, DomainInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Framework]:
        return super().get_queryset(request).filter(is_published=True)

    @admin.display(description="Publisher’s words")
    def publishers_words(self, framework: Framework) -> str:
        address = reverse("frameworks:wording", args=[framework.key, framework.edition])
        return format_html('<a href="{}">Load them or take them out</a>', address)


@admin.register(Element)
class ElementAdmin(ReadOnly, OperatorAdmin):
    """An element with all that is said about it."""

    list_display = ("code", "name", "domain")
    list_filter = (("domain__framework", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("domain",)
    search_fields = ("code", "name", "statements__text")
    inlines = (StatementInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Element]:
        return super().get_queryset(request).filter(domain__framework__is_published=True)

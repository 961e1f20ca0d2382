"""What the operator's pages of every app have in common: they show little and change less.

The operator keeps the service running and has no business with what a trust's board writes;
docs/decisions/0018-operators-area.md says what follows from that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.admin import ModelAdmin, ShowFacets, TabularInline
from django.db.models import QuerySet
from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., Any])

ROWS_A_PAGE = 50
LONGEST_SEARCH = 100
"""Characters of a search that are looked at: a name, an address or a code."""
MOST_WORDS = 6

OF_A_FIELD = ("", "__exact", "__id__exact", "__isnull")
OF_A_DATE = ("__year", "__month", "__day", "__gte", "__lt")
"""What the filters beside a list ask, and nothing by which contents could be guessed."""


def operators_page(view: View) -> View:
    """Mark a page outside the operator's area as theirs, so that looks at it are recorded too."""
    view.for_operators = True  # type: ignore[attr-defined]
    return view


class Kept:
    """Deleting would list what hangs on a row, a board's ratings among it, and take it along.

    Nor is there a way from a row to its page: its address may hold words of a trust's own.
    """

    view_on_site: Any = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(Kept):
    """Rows to look at; something else than these pages changes them."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Rows(ReadOnly, TabularInline):
    """Rows below the page of another row, as a plain table."""

    extra = 0
    can_delete = False
    template = "admin/rows.html"


class OperatorAdmin(Kept, ModelAdmin):
    """A list that is read page by page and taken away by nobody, and a page for each row.

    Attributes:
        list_filter: all that an address may ask of the rows. Django allows any field of the
            model and its neighbours, and `?assessments__title__startswith=A` would spell a
            text out letter by letter.
    """

    actions = None
    list_per_page = ROWS_A_PAGE
    list_max_show_all = 0
    show_facets = ShowFacets.NEVER

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        allowed = set()
        for one in self.get_list_filter(request):
            if isinstance(one, type):
                allowed.add(getattr(one, "parameter_name", ""))
            else:
                name = one[0] if isinstance(one, (tuple, list)) else one
                allowed |= {f"{name}{how}" for how in (*OF_A_FIELD, *OF_A_DATE)}
        if self.date_hierarchy:
            allowed |= {self.date_hierarchy + how for how in OF_A_DATE}
        return lookup in allowed

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The rows that a name, an address or a code finds; of a long search its beginning.

        Every word costs a condition on every field, and SQLite reads a thousand at most.
        """
        words = search_term[:LONGEST_SEARCH].split()[:MOST_WORDS]
        return super().get_search_results(request, queryset, " ".join(words))

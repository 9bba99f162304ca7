"""Short tables of the staff's pages, in the shape Unfold's component shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

SHORT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table with its heading, and where all of its rows are."""

    name: str
    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    url: str = ""

    @property
    def table(self) -> dict[str, Any]:
        """Return what the component takes."""
        return {"headers": list(self.headers), "rows": [list(row) for row in self.rows]}


def link(row: Model, words: Any = None) -> SafeString:
    """Lead to a row's page."""
    options = row._meta
    url = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
    return format_html('<a class="text-primary-600 dark:text-primary-400" href="{}">{}</a>', url, words or row)


def list_of(model: type[Model], **filters: Any) -> str:
    """Return the address of a list."""
    options = model._meta
    return f"{reverse(f'admin:{options.app_label}_{options.model_name}_changelist')}?{urlencode(filters)}"


def moment(at: Any) -> str:
    """Show a moment, or a dash."""
    return localtime(at).strftime("%d.%m.%Y %H:%M") if at else "—"


def first(rows: Iterable[Any]) -> list[Any]:
    """Return the first few."""
    return list(rows[:SHORT])  # type: ignore[index]  # a QuerySet

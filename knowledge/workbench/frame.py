"""What every page of the workbench has in common."""

from typing import Any, Final

from django.db.models import Count, QuerySet, Value
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import Tenant
from accounts.pages import Request
from accounts.services import role_of
from knowledge.models import KnowledgeEntry, KnowledgeFlag, KnowledgeGap

TABS: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("knowledge", _("Documents")),
    ("knowledge_sites", _("Websites")),
    ("knowledge_passages", _("Passages")),
    ("knowledge_test", _("Search test")),
    ("knowledge_gaps", _("Unanswered")),
    ("knowledge_answers", _("Answers")),
    ("knowledge_flags", _("In doubt")),
)


def may_write(request: Request) -> bool:
    """Say whether this person may change the shop's knowledge."""
    return role_of(request.user, request.tenant) in {Role.OPERATOR, Role.ADMIN}


def tabs(current: str, tenant: Tenant) -> list[dict[str, Any]]:
    """Return the sections of knowledge, the one shown marked, with how much waits in each."""
    waiting = _waiting(tenant)
    return [
        {"title": title, "url": reverse(name), "is_current": name == current, "count": waiting.get(name, 0)}
        for name, title in TABS
    ]


def _waiting(tenant: Tenant) -> dict[str, int]:
    """Return how much waits for the seller, in one query."""
    rows: tuple[tuple[str, QuerySet[Any]], ...] = (
        ("knowledge_gaps", KnowledgeGap.objects.of(tenant).open()),
        ("knowledge_answers", KnowledgeEntry.objects.of(tenant).to_review()),
        ("knowledge_flags", KnowledgeFlag.objects.of(tenant).open()),
    )
    counted = [
        found.annotate(tab=Value(name)).values("tab").annotate(count=Count("pk")).values_list("tab", "count")
        for name, found in rows
    ]
    return dict(counted[0].union(*counted[1:], all=True))


def page(
    request: Request, template: str, context: dict[str, Any], *, tab: str, status: int | None = None
) -> HttpResponse:
    """Show a page with the sections above it."""
    frame = {"tabs": tabs(tab, request.tenant), "may_write": may_write(request)}
    response = render(request, f"knowledge/workbench/{template}", {**frame, **context}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def is_htmx(request: Request) -> bool:
    """Say whether only a part of the page is asked for."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")

"""What every page of the workbench has in common."""

from collections.abc import Callable
from typing import Any, Final

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

Count = Callable[[Tenant], int]
TABS: Final[tuple[tuple[str, str | Promise, Count | None], ...]] = (
    ("knowledge", _("Documents"), None),
    ("knowledge_passages", _("Passages"), None),
    ("knowledge_test", _("Test"), None),
    ("knowledge_gaps", _("Unanswered"), lambda tenant: KnowledgeGap.objects.of(tenant).open().count()),
    ("knowledge_answers", _("Answers"), lambda tenant: KnowledgeEntry.objects.of(tenant).to_review().count()),
    ("knowledge_flags", _("To check"), lambda tenant: KnowledgeFlag.objects.of(tenant).open().count()),
)


def may_write(request: Request) -> bool:
    """Say whether this person may change the shop's knowledge."""
    return role_of(request.user, request.tenant) in {Role.OPERATOR, Role.ADMIN}


def tabs(current: str, tenant: Tenant) -> list[dict[str, Any]]:
    """Return the sections of knowledge, the one shown marked."""
    return [
        {"title": title, "url": reverse(name), "is_current": name == current, "count": count(tenant) if count else 0}
        for name, title, count in TABS
    ]


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

"""Moves to another embedding model, as people see them."""

from typing import Any

from django import template
from django.db.models import QuerySet

from accounts.models import Tenant
from assistants.models import Assistant
from knowledge.enums import ReembeddingStatus
from knowledge.models import Reembedding

register = template.Library()
SHOWN = 10


@register.inclusion_tag("knowledge/moves.html", takes_context=True)
def moves(context: dict[str, Any], tenant: Tenant, assistant: Assistant | None = None) -> dict[str, Any]:
    """Show what of a shop's knowledge, or of one assistant's, moves to another model, or failed to."""
    rows: QuerySet[Reembedding] = Reembedding.objects.of(tenant).select_related("assistant")
    if assistant is not None:
        rows = rows.filter(assistant=assistant)
    latest = rows.order_by("assistant", "-pk").distinct("assistant")
    shown = [move for move in latest if move.is_unfinished or move.status == ReembeddingStatus.FAILED]
    return {
        "moves": shown[:SHOWN],
        "may_write": context.get("may_write") or context.get("may_manage"),
        "csrf_token": context.get("csrf_token"),
        "is_working": any(move.is_unfinished for move in shown),
    }

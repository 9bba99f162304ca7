"""Chats in the dashboard: the board, one chat, and what can be done with it."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, F
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import role_of
from config.db import new_uuid
from config.errors import DomainError
from config.pages import Page, page_of
from marketplace.enums import ChatStage, ChatStatus, ChatTag, CompletionReason
from marketplace.forms import ChatFilter, JudgeForm, MoveForm
from marketplace.models import Chat, ChatLink, ChatQuerySet, Outgoing, SequenceTemplate
from marketplace.replies import OutgoingStatus
from marketplace.services import board, classifying, linking, story

COLUMN: Final = 30
SHOWN_FOR: Final = timedelta(days=3)
HANDLERS: Final = (Role.OPERATOR, Role.ADMIN)


@require_safe
@role_required(Role.USER)
def chat_board(request: Request) -> HttpResponse:
    """Show the chats of all stores under their columns."""
    return _board(request, request.GET)


@require_safe
@role_required(Role.USER)
def chat_column(request: Request, status: str) -> HttpResponse:
    """Return further cards of one column."""
    if status not in ChatStatus.values:
        raise Http404
    form = ChatFilter(request.GET, tenant=request.tenant)
    cards = _column(form.apply(ours(request)), ChatStatus(status), page=request.GET.get("page"))
    context = {"cards": cards, "status": ChatStatus(status), "may_handle": _may_handle(request)}
    return render(request, "marketplace/chats/cards.html", context)


@require_safe
@role_required(Role.USER)
def chat(request: Request, uuid: UUID) -> HttpResponse:
    """Show one chat with everything known about it."""
    return render(request, "marketplace/chats/chat.html", chat_context(request, one(request, uuid)))


@require_POST
@role_required(Role.OPERATOR)
def move(request: Request, uuid: UUID) -> HttpResponse:
    """Move a chat to another column; from the board, the board is returned."""
    found, form = one(request, uuid), MoveForm(request.POST)
    if not form.is_valid():
        raise Http404
    reason, status = form.cleaned_data["reason"], ChatStatus(form.cleaned_data["status"])
    problem = ""
    if status == ChatStatus.CLOSED and not reason:
        problem = _("Say why the chat is closed.")
    else:
        try:
            board.move(found, status, at=now(), by=request.user, reason=CompletionReason(reason) if reason else None)
        except DomainError as refused:
            problem = str(refused)
    if request.headers.get("HX-Request"):
        return _board(request, _query_of(request), problem=problem)
    if problem:
        messages.warning(request, problem)
    return redirect("chat", uuid=found.uuid)


@require_POST
@role_required(Role.OPERATOR)
def judge(request: Request, uuid: UUID) -> HttpResponse:
    """Say what kind of chat this is, and how far its problem is solved."""
    found, form = one(request, uuid), JudgeForm(request.POST)
    if not form.is_valid():
        raise Http404
    tag, stage = form.cleaned_data["tag"], form.cleaned_data["stage"]
    try:
        classifying.correct(
            found,
            by=request.user,
            at=now(),
            tag=ChatTag(tag) if tag else None,
            stage=ChatStage(stage) if stage else None,
        )
    except DomainError as refused:
        messages.warning(request, str(refused))
    return redirect("chat", uuid=found.uuid)


@require_POST
@role_required(Role.OPERATOR)
def link(request: Request, uuid: UUID, link: UUID) -> HttpResponse:
    """Confirm that a review belongs to the chat, or remove it."""
    found = get_object_or_404(ChatLink.objects.select_related("chat"), chat=one(request, uuid), uuid=link)
    decide = linking.confirm if request.POST.get("decision") == "confirm" else linking.remove
    try:
        decide(found, by=request.user, at=now())
    except DomainError as refused:
        messages.warning(request, str(refused))
    return redirect("chat", uuid=uuid)


def ours(request: Request) -> ChatQuerySet:
    """Return the chats of the current tenant that the person may see."""
    return Chat.objects.visible_to(request.user).of(request.tenant)


def one(request: Request, uuid: UUID) -> Chat:
    """Return one chat, or 404."""
    return get_object_or_404(ours(request).select_related("store", "tenant", "draft_log"), uuid=uuid)


def chat_context(request: Request, found: Chat, **more: Any) -> dict[str, Any]:
    """Return what the page of a chat shows."""
    said = found.messages.order_by("-sent_at", "-pk")
    page: Page[Any] = page_of(said, request.GET.get("page"))
    links = found.links.shown().select_related("review__product").order_by("-confidence", "pk")
    judged = found.classifications.select_related("log").order_by("-pk").first()
    return {
        "chat": found,
        "page": page,
        "said": list(reversed(page.rows)),
        "links": sorted(links, key=lambda row: not row.is_standing),
        "steps": found.steps.select_related("user").order_by("-pk")[:30],
        "judged": judged,
        "story": story.of_chat(found) if any(row.is_standing for row in links) else [],
        "reasons": CompletionReason.choices,
        "tags": ChatTag.choices,
        "stages": [
            (ChatStage(found.stage), ChatStage(found.stage).label),
            *((s, s.label) for s in found.possible_stages),
        ],
        "may_handle": _may_handle(request),
        "text": found.draft_reply,
        "send_key": new_uuid(),
        "on_the_way": _on_the_way(found),
        "sequence": found.sequences.order_by("-pk").first(),
        "templates": SequenceTemplate.objects.of(request.tenant).filter(is_active=True).order_by("name"),
        **more,
    }


def _on_the_way(found: Chat) -> list[Outgoing]:
    """Return what has not been seen on Wildberries, and what was refused of late."""
    rows = found.outgoing.exclude(status__in=[OutgoingStatus.CONFIRMED, OutgoingStatus.CANCELLED])
    return list(rows.filter(created_at__gte=now() - SHOWN_FOR).order_by("pk")[:COLUMN])


def _may_handle(request: Request) -> bool:
    return role_of(request.user, request.tenant) in HANDLERS


def _board(request: Request, query: QueryDict, *, problem: str = "") -> HttpResponse:
    form = ChatFilter(query, tenant=request.tenant)
    found = form.apply(ours(request))
    counted = dict(found.order_by().values_list("status").annotate(count=Count("pk")))
    waiting = found.needing_answer().order_by().count()
    columns = [
        {"status": status, "count": counted.get(status, 0), "cards": _column(found, status)} for status in ChatStatus
    ]
    context = {
        "form": form,
        "columns": columns,
        "total": sum(counted.values()),
        "waiting": waiting,
        "is_filtered": bool(form.chosen),
        "may_handle": _may_handle(request),
        "reasons": CompletionReason.choices,
        "query": query.urlencode(),
        "problem": problem,
    }
    is_part = bool(request.headers.get("HX-Request"))
    return render(request, f"marketplace/chats/{'columns' if is_part else 'board'}.html", context)


def _column(found: ChatQuerySet, status: ChatStatus, *, page: Any = 1) -> Page[Chat]:
    """Return a page of one column, the latest words first."""
    rows = found.filter(status=status).select_related("store")
    return page_of(rows.order_by(F("last_message_date").desc(nulls_last=True), "-pk"), page, size=COLUMN)


def _query_of(request: Request) -> QueryDict:
    """Return the filters of the page a move was made on."""
    return QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query)

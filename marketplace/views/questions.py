"""Questions in the dashboard, the longest waiting first."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from config.errors import DomainError
from marketplace.compliance import Channel, check
from marketplace.desk_forms import QuestionFilter
from marketplace.enums import LoggedEntity
from marketplace.keyset import page_after
from marketplace.models import AiLog, Question, QuestionQuerySet
from marketplace.services import replying
from marketplace.views.reviews import OPEN_STATES, may_write


@require_safe
@role_required(Role.USER)
def question_list(request: Request) -> HttpResponse:
    """List questions; those that wait longest come first."""
    form = QuestionFilter(request.GET, tenant=request.tenant)
    rows = form.apply(_ours(request)).select_related("store")
    show = form.cleaned_data.get("show") or "waiting"
    page = page_after(rows, request.GET.get("after"), field="created_date", is_newest_first=show != "waiting")
    return render(request, "marketplace/questions.html", {"form": form, "page": page, "show": show})


@require_safe
@role_required(Role.USER)
def question(request: Request, uuid: UUID) -> HttpResponse:
    """Show one question, its draft and what became of answers."""
    return _page(request, _one(request, uuid))


def _page(request: Request, found: Question, *, text: str | None = None, status: int = 200) -> HttpResponse:
    draft = found.draft_reply if text is None else text
    replies = list(found.outgoing.select_related("author").order_by("-pk"))
    context = {
        "question": found,
        "draft": draft,
        "findings": check(draft, channel=Channel.QUESTION_ANSWER, product_name=found.product_name) if draft else [],
        "replies": replies,
        "earlier": replying.earlier_answers(found),
        "may_send": not found.is_answered and not any(reply.status in OPEN_STATES for reply in replies),
        "logs": AiLog.objects.of(request.tenant)
        .filter(entity_type=LoggedEntity.QUESTION, entity_id=found.pk)
        .order_by("-pk")[:20],
        "is_template": bool(found.draft_log and (found.draft_log.metadata or {}).get("template")),
        "may_write": may_write(request),
    }
    return render(request, "marketplace/question.html", context, status=status)


@require_POST
@role_required(Role.OPERATOR)
def act_on_question(request: Request, uuid: UUID) -> HttpResponse:
    """Draft, save, send, reject, mark as viewed or learn."""
    found, how, text = _one(request, uuid), request.POST.get("how", ""), request.POST.get("text", "")
    try:
        if how == "draft":
            replying.draft_question(found, at=now())
        elif how in ("send", "reject"):
            replying.answer_question(found, by=request.user, at=now(), text=text, is_rejection=how == "reject")
            messages.success(request, _("The answer is on its way; it counts once Wildberries shows it."))
        elif how == "viewed":
            replying.mark_viewed(found)
        elif how == "learn":
            replying.learn(found, by=request.user, at=now())
            messages.success(request, _("Assistants answer from it now."))
        else:
            replying.edit_draft(found, text=text)
    except DomainError as refused:
        messages.warning(request, str(refused))
        return _page(request, found, text=text or None, status=refused.status)
    return redirect("question", uuid=found.uuid)


def _ours(request: Request) -> QuestionQuerySet:
    return Question.objects.visible_to(request.user).of(request.tenant)


def _one(request: Request, uuid: UUID) -> Question:
    return get_object_or_404(_ours(request).select_related("store__tenant", "tenant", "draft_log"), uuid=uuid)

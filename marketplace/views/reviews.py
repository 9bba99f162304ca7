"""Reviews in the dashboard: the list, one review, and what can be done with it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.timezone import is_naive, make_aware, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import role_of
from config.errors import DomainError
from marketplace.compliance import Channel, check
from marketplace.desk_forms import ReviewFilter
from marketplace.enums import LoggedEntity
from marketplace.keyset import page_after
from marketplace.models import AiLog, Outgoing, Review, ReviewQuerySet
from marketplace.replies import OutgoingStatus
from marketplace.services import replying, sending, story

PICTURES: Final = {"img-src": ["https://*.wbbasket.ru", "https://*.wbcontent.net"]}
MOST_AT_ONCE: Final = 100
OPEN_STATES: Final = (
    OutgoingStatus.PENDING,
    OutgoingStatus.SENDING,
    OutgoingStatus.UNCONFIRMED,
    OutgoingStatus.UNKNOWN,
)
WRITERS: Final = (Role.OPERATOR, Role.ADMIN)


@require_safe
@role_required(Role.USER)
def review_list(request: Request) -> HttpResponse:
    """List reviews, newest first; any page costs what the first one costs."""
    from marketplace.views.bulk import filters_of  # noqa: PLC0415 -- bulk asks this page who may write

    form = ReviewFilter(request.GET, tenant=request.tenant)
    rows = form.apply(_ours(request)).select_related("store", "product")
    context = {
        "filters": filters_of(request, form.chosen),
        "query": urlencode(form.chosen),
        "form": form,
        "page": page_after(rows, request.GET.get("after"), field="date"),
        "is_filtered": bool(form.chosen),
        "may_write": may_write(request),
        "show": form.chosen.get("show") or "waiting",
    }
    return _with_pictures(render(request, "marketplace/reviews.html", context))


@require_safe
@role_required(Role.USER)
def next_review(request: Request) -> HttpResponse:
    """Go to the next review that needs somebody: behind ``after``, in the order of the list."""
    rows = replying.waiting_reviews(_ours(request))
    page = page_after(rows, request.GET.get("after"), field="date", size=1)
    if not page.rows:
        messages.success(request, _("Nothing is left that needs an answer."))
        return redirect("reviews")
    return redirect("review", uuid=page.rows[0].uuid)


@require_safe
@role_required(Role.USER)
def review(request: Request, uuid: UUID) -> HttpResponse:
    """Show a review, its draft, and what became of replies."""
    return _page(request, _one(request, uuid))


def _page(request: Request, found: Review, *, text: str | None = None, status: int = 200) -> HttpResponse:
    draft = found.draft_reply if text is None else text
    replies = list(found.outgoing.select_related("author").order_by("-pk"))
    is_taken = any(reply.status in (*OPEN_STATES, OutgoingStatus.CONFIRMED) for reply in replies)
    context: dict[str, Any] = {
        "review": found,
        "draft": draft,
        "findings": check(draft, channel=Channel.REVIEW_ANSWER, product_name=found.product.name) if draft else [],
        "replies": replies,
        "may_send": not found.answer and not is_taken,
        "can_edit": sending.can_edit(found, at=now()),
        "edit_until": sending.edit_until(found),
        "logs": AiLog.objects.of(request.tenant)
        .filter(entity_type=LoggedEntity.REVIEW, entity_id=found.pk)
        .order_by("-pk")[:20],
        "is_template": bool(found.draft_log and (found.draft_log.metadata or {}).get("template")),
        "story": story.of_review(found),
        "may_write": may_write(request),
        "mark": f"{found.date.isoformat()}_{found.pk}",
    }
    return _with_pictures(render(request, "marketplace/review.html", context, status=status))


def _with_pictures(response: HttpResponse) -> HttpResponse:
    """Let this page alone show buyers' photos, which Wildberries keeps."""
    response._csp_update = PICTURES  # type: ignore[attr-defined]  # noqa: SLF001 -- django-csp's own mark
    return response


@require_POST
@role_required(Role.OPERATOR)
def act_on_review(request: Request, uuid: UUID) -> HttpResponse:
    """Draft, save, send or change a reply; what may not be sent comes back with the reasons."""
    found, how, text = _one(request, uuid), request.POST.get("how", ""), request.POST.get("text", "")
    try:
        if how == "draft":
            replying.draft_review(found, at=now())
        elif how == "edit":
            due_at = _moment(request.POST.get("due_at", ""))
            replying.edit_answer(found, text=text, by=request.user, at=now(), due_at=due_at)
        elif how == "send":
            replying.approve_review(found, by=request.user, at=now(), text=text)
            messages.success(request, _("The answer is on its way; it counts once Wildberries shows it."))
            return redirect(f"{reverse('next_review')}?after={found.date.isoformat()}_{found.pk}".replace("+", "%2B"))
        else:
            replying.edit_draft(found, text=text)
    except DomainError as refused:
        messages.warning(request, str(refused))
        return _page(request, found, text=text or None, status=refused.status)
    return redirect("review", uuid=found.uuid)


@require_POST
@role_required(Role.OPERATOR)
def approve_many(request: Request) -> HttpResponse:
    """Send the drafts of the chosen reviews."""
    chosen = [uuid for uuid in request.POST.getlist("review") if _is_uuid(uuid)][:MOST_AT_ONCE]
    rows = _ours(request).filter(uuid__in=chosen).select_related("store", "product")
    sent, refused = replying.approve_reviews(rows, by=request.user, at=now())
    if sent:
        words = ngettext("%(count)d answer is on its way.", "%(count)d answers are on their way.", sent)
        messages.success(request, words % {"count": sent})
    for reason, count in refused.items():
        messages.warning(request, f"{count} × {reason}")
    return redirect(f"{reverse('reviews')}?show=drafted")


@require_POST
@role_required(Role.OPERATOR)
def act_on_reply(request: Request, uuid: UUID) -> HttpResponse:
    """Withdraw a reply that did not leave, or say what became of one."""
    row = get_object_or_404(Outgoing.objects.visible_to(request.user).of(request.tenant), uuid=uuid)
    how = request.POST.get("how", "")
    try:
        if how == "cancel":
            sending.cancel(row)
        elif how in ("sent", "not_sent"):
            sending.resolve(row, was_sent=how == "sent", at=now())
    except DomainError as refused:
        messages.warning(request, str(refused))
    if row.review:
        return redirect("review", uuid=row.review.uuid)
    return redirect("question", uuid=row.question.uuid) if row.question else redirect("reviews")


def _ours(request: Request) -> ReviewQuerySet:
    return Review.objects.visible_to(request.user).of(request.tenant)


def _one(request: Request, uuid: UUID) -> Review:
    return get_object_or_404(_ours(request).select_related("store__tenant", "product", "draft_log"), uuid=uuid)


def may_write(request: Request) -> bool:
    return role_of(request.user, request.tenant) in WRITERS


def _moment(text: str) -> datetime | None:
    """Return the moment that a person chose, in their own time zone; none when they chose none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return make_aware(found) if found is not None and is_naive(found) else found


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

"""Complaints: what is worth one, drafts, filing by hand, outcomes and what they brought."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import role_of
from config.errors import DomainError
from config.pages import page_of
from marketplace.enums import ComplaintReason, ComplaintStatus
from marketplace.models import Review, ReviewComplaint
from marketplace.models.complaints import SOFT_LIMIT, TEXT_LIMIT
from marketplace.product_forms import ComplaintForm, StoreFilter
from marketplace.services import complaints

OUTCOMES: Final = (ComplaintStatus.PENDING, ComplaintStatus.APPROVED, ComplaintStatus.REJECTED)
WORKERS: Final = (Role.OPERATOR, Role.ADMIN)
UNPROCESSABLE: Final = 422
PORTAL: Final = "https://seller.wildberries.ru/feedbacks/feedbacks-tab/answered"
TABS: Final = {
    "drafts": (ComplaintStatus.DRAFT,),
    "filed": (ComplaintStatus.SENT, ComplaintStatus.PENDING),
    "decided": (ComplaintStatus.APPROVED, ComplaintStatus.REJECTED),
}


@require_safe
@role_required(Role.USER)
def candidates(request: Request) -> HttpResponse:
    """Show the reviews most worth a complaint."""
    context = {
        "candidates": complaints.candidates(request.tenant),
        "considered": complaints.CONSIDERED,
        "tab": "candidates",
        "may_work": _may_work(request),
    }
    return render(request, "marketplace/candidates.html", context)


@require_safe
@role_required(Role.USER)
def complaint_list(request: Request, tab: str) -> HttpResponse:
    """List complaints of one stage, newest first."""
    form = StoreFilter(request.GET, tenant=request.tenant)
    found = _ours(request).filter(status__in=TABS[tab]).select_related("store", "review", "product")
    if "store" in form.chosen:
        found = found.filter(store__uuid=form.chosen["store"])
    page = page_of(found.order_by("-created_at", "-pk"), request.GET.get("page"))
    return render(request, "marketplace/complaints.html", {"page": page, "tab": tab, "form": form})


@require_POST
@role_required(Role.OPERATOR)
def draft_complaint(request: Request, uuid: UUID) -> HttpResponse:
    """Draft a complaint about a review and open it."""
    review = get_object_or_404(Review.objects.of(request.tenant), uuid=uuid)
    try:
        made = complaints.draft(review, by=request.user, at=now())
    except DomainError as refused:
        messages.warning(request, str(refused))
        existing = ReviewComplaint.objects.filter(review=review).first()
        return redirect("complaint", uuid=existing.uuid) if existing else redirect("complaints")
    return redirect("complaint", uuid=made.uuid)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.USER)
def complaint(request: Request, uuid: UUID) -> HttpResponse:
    """Show one complaint: to edit while a draft, to copy, file, and follow."""
    found = _one(request, uuid)
    form = ComplaintForm(request.POST or None, complaint=found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def save() -> None:
            complaints.edit(
                found,
                text=data["text"],
                reason=ComplaintReason(data["reason"]),
                evidence=data["evidence"].splitlines(),
                by=request.user,
            )

        if _try(request, save, _("The draft is saved.")):
            return redirect("complaint", uuid=found.uuid)
        found.refresh_from_db()
    context = {
        "complaint": found,
        "form": form,
        "estimate": complaints.estimate_of(found),
        "soft_limit": SOFT_LIMIT,
        "hard_limit": TEXT_LIMIT,
        "portal": PORTAL,
        "next": _next(request, found),
        "may_work": _may_work(request),
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "marketplace/complaint.html", context, status=status)


@require_POST
@role_required(Role.OPERATOR)
def move_complaint(request: Request, uuid: UUID) -> HttpResponse:
    """Do one of the things that a complaint's buttons offer."""
    found, how, at, by = _one(request, uuid), request.POST.get("how", ""), now(), request.user
    answer = request.POST.get("answer", "")[:2_000]
    proof = request.POST.get("proof", "")
    verbs: dict[str, tuple[Callable[[], Any], str]] = {
        "regenerate": (lambda: complaints.regenerate(found, by=by, at=at), _("Drafted again.")),
        "ready": (lambda: complaints.mark_ready(found, is_ready=True, by=by, at=at), _("In the queue to file.")),
        "unready": (lambda: complaints.mark_ready(found, is_ready=False, by=by, at=at), _("Taken out of the queue.")),
        "sent": (lambda: complaints.mark_as_sent(found, by=by, at=at, proof=proof), _("Sent; its words are frozen.")),
        "discard": (lambda: complaints.discard(found, by=by), _("The draft is thrown away.")),
    }
    if how in OUTCOMES:
        status = ComplaintStatus(how)
        decide = partial(complaints.decide, found, status, by=by, at=at, wb_response=answer)
        verbs[how] = decide, _("The outcome is recorded.")
    following = _next(request, found)
    is_done = how in verbs and _try(request, *verbs[how])
    if is_done and (how == "discard" or (how == "sent" and request.POST.get("go_on"))):
        return redirect("complaint", uuid=following.uuid) if following else redirect("complaint_drafts")
    return redirect("complaint", uuid=found.uuid)


def _ours(request: Request) -> "QuerySet[ReviewComplaint]":
    return ReviewComplaint.objects.of(request.tenant)


def _one(request: Request, uuid: UUID) -> ReviewComplaint:
    found = _ours(request).select_related("tenant", "store", "review", "product", "sent_by")
    return get_object_or_404(found, uuid=uuid)


def _next(request: Request, current: ReviewComplaint) -> ReviewComplaint | None:
    """Return the next draft after this one, round and round."""
    drafts = _ours(request).filter(status=ComplaintStatus.DRAFT).exclude(pk=current.pk).order_by("-pk")
    return drafts.filter(pk__lt=current.pk).first() or drafts.first()


def _may_work(request: Request) -> bool:
    return role_of(request.user, request.tenant) in WORKERS


def _try(request: Request, verb: Callable[[], Any], told: str) -> bool:
    try:
        verb()
    except DomainError as refused:
        messages.warning(request, str(refused))
        return False
    messages.success(request, told)
    return True

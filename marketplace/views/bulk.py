"""Filters that are kept, and work on all reviews that pass one."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from config.errors import DomainError
from marketplace.desk_forms import ReviewFilter
from marketplace.models import BulkItem, BulkJob, Review, SavedFilter
from marketplace.replies import BulkKind, BulkOutcome
from marketplace.services import bulk, filters
from marketplace.views.reviews import may_write

SHOWN: Final = 50


def filters_of(request: Request, chosen: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the kept filters as the list shows them."""
    current = _plain(chosen)
    return [
        {"filter": row, "url": f"{reverse('reviews')}?{urlencode(row.query)}", "is_current": row.query == current}
        for row in SavedFilter.objects.visible_to(request.user).of(request.tenant).order_by("name")
    ]


@require_POST
@role_required(Role.OPERATOR)
def save_filter(request: Request) -> HttpResponse:
    """Keep the filter of the list under a name; the same name is overwritten."""
    query = _plain(_form(request).chosen)
    name = request.POST.get("name", "").strip()[:60]
    if not name or not query:
        messages.warning(request, _("Choose filters and give them a name."))
    else:
        try:
            filters.keep(request.tenant, name=name, query=query, by=request.user)
            messages.success(request, _("The filter is kept for everybody of the workspace."))
        except DomainError as refused:
            messages.warning(request, str(refused))
    return redirect(f"{reverse('reviews')}?{urlencode(query)}")


@require_POST
@role_required(Role.OPERATOR)
def drop_filter(request: Request, uuid: UUID) -> HttpResponse:
    """Forget a kept filter."""
    get_object_or_404(SavedFilter.objects.visible_to(request.user).of(request.tenant), uuid=uuid).delete()
    return redirect("reviews")


@require_POST
@role_required(Role.OPERATOR)
def begin(request: Request) -> HttpResponse:
    """Begin to draft, or to send drafts, for all reviews that pass the list's filter."""
    form, kind = _form(request), request.POST.get("kind", "")
    rows = Review.objects.visible_to(request.user).of(request.tenant)
    try:
        job = bulk.begin(
            request.tenant,
            BulkKind(kind) if kind in BulkKind.values else BulkKind.DRAFT,
            form.apply(rows),
            query=_plain(form.chosen),
            by=request.user,
            at=now(),
        )
    except DomainError as refused:
        messages.warning(request, str(refused))
        running = BulkJob.objects.of(request.tenant).filter(status="running").first()
        return redirect("bulk_job", uuid=running.uuid) if running else redirect(f"{reverse('reviews')}?{_query(form)}")
    return redirect("bulk_job", uuid=job.uuid)


@require_safe
@role_required(Role.USER)
def job(request: Request, uuid: UUID) -> HttpResponse:
    """Show how far work on many reviews is, and what was refused."""
    found = _one(request, uuid)
    refused = BulkItem.objects.filter(job=found, outcome=BulkOutcome.REFUSED).select_related("review__product")
    context = {
        "job": found,
        "progress": bulk.progress(found),
        "refused": refused.order_by("pk")[:SHOWN],
        "back": f"{reverse('reviews')}?{urlencode(found.query)}",
        "may_write": may_write(request),
    }
    part = "_body" if request.headers.get("HX-Request") else ""
    return render(request, f"marketplace/bulk{part}.html", context)


@require_POST
@role_required(Role.OPERATOR)
def act(request: Request, uuid: UUID) -> HttpResponse:
    """Stop the work, or take back what can be taken back."""
    found = _one(request, uuid)
    try:
        if request.POST.get("how") == "undo":
            count = bulk.undo(found, at=now())
            words = ngettext("%(count)d was taken back.", "%(count)d were taken back.", count)
            messages.success(request, words % {"count": count})
        else:
            bulk.stop(found, at=now())
    except DomainError as refused:
        messages.warning(request, str(refused))
    return redirect("bulk_job", uuid=uuid)


def _one(request: Request, uuid: UUID) -> BulkJob:
    rows = BulkJob.objects.visible_to(request.user).of(request.tenant).select_related("created_by")
    return get_object_or_404(rows, uuid=uuid)


def _form(request: Request) -> ReviewFilter:
    return ReviewFilter(QueryDict(request.POST.get("filter", "")[:2_000]), tenant=request.tenant)


def _plain(chosen: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in chosen.items()}


def _query(form: ReviewFilter) -> str:
    return urlencode(_plain(form.chosen))

"""What became of complaints: outcomes from a file, analytics, export, and what the extension uploaded."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from config.errors import DomainError
from config.pages import page_of
from marketplace.models import ExtensionUpload, ReviewComplaint, Store
from marketplace.services import complaint_stats, outcomes

UNPROCESSABLE: Final = 422
PERIODS: Final = {"30": 30, "90": 90, "365": 365}
BARS: Final = 24


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        """Return the line."""
        return value


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OPERATOR)
def import_outcomes(request: Request) -> HttpResponse:
    """Look through a CSV of outcomes, then apply it."""
    stores = Store.objects.of(request.tenant).order_by("name", "pk")
    context: dict[str, Any] = {"stores": stores, "tab": "import"}
    file, status = request.FILES.get("file"), 200
    if request.method == "POST":
        status = UNPROCESSABLE
        wanted = _uuid(request.POST.get("store"))
        store = stores.filter(uuid=wanted).first() if wanted else None
        is_dry_run = request.POST.get("how") != "apply"
        if store is None or file is None or (file.size or 0) > outcomes.MOST_BYTES:
            messages.warning(request, _("Choose a store and a CSV file of at most 5 MB."))
        else:
            try:
                lines = outcomes.read(store, file.read(), by=request.user, at=now(), is_dry_run=is_dry_run)
                applied = sum(line.is_applied for line in lines)
                context |= {"lines": lines, "applied": applied, "is_dry_run": is_dry_run, "chosen": store}
                status = 200
            except DomainError as refused:
                messages.warning(request, str(refused))
    return render(request, "marketplace/import_outcomes.html", context, status=status)


@require_safe
@role_required(Role.USER)
def analytics(request: Request) -> HttpResponse:
    """Show what complaints brought: by reason, product and month."""
    days = PERIODS.get(request.GET.get("period", ""))
    filed = complaint_stats.filed_by(request.tenant, since=now() - timedelta(days=days) if days else None)
    months = complaint_stats.by_month(filed)
    most = max((line.filed for line in months), default=0)
    context = {
        "tab": "analytics",
        "period": request.GET.get("period", "") if days else "",
        "periods": PERIODS,
        "total": complaint_stats.total(filed),
        "bars": [_bar(number, line, most, len(months)) for number, line in enumerate(months[-BARS:])],
        "tables": [
            (_("By reason"), _("Reason"), complaint_stats.by_reason(filed)),
            (_("By month"), _("Month"), months),
            (_("By product"), _("Product"), complaint_stats.by_product(filed)),
        ],
    }
    return render(request, "marketplace/complaint_analytics.html", context)


@require_safe
@role_required(Role.USER)
def export_complaints(request: Request) -> Any:
    """Download all complaints as CSV."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"
        yield writer.writerow(
            ("review", "nm_id", "rating", "reason", "status", "sent_at", "decided_at", "drafted_by", "cost_usd", "text")
        )
        found = ReviewComplaint.objects.of(request.tenant).select_related("review", "product").order_by("pk")
        for row in found.iterator(chunk_size=1_000):
            yield writer.writerow(
                _harmless(value)
                for value in (
                    row.review.wb_id, row.product.wb_product_id, row.review_rating, row.reason_name, row.status,
                    row.sent_at.isoformat() if row.sent_at else "",
                    row.moderated_at.isoformat() if row.moderated_at else "",
                    row.drafted_by, row.ai_cost_usd if row.ai_cost_usd is not None else "", row.complaint_text,
                )
            )  # fmt: skip

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="complaints.csv"'
    return response


@require_safe
@role_required(Role.USER)
def upload_list(request: Request) -> HttpResponse:
    """List what the browser extension uploaded."""
    found = ExtensionUpload.objects.of(request.tenant).select_related("store", "api_key").order_by("-pk")
    return render(
        request, "marketplace/uploads.html", {"page": page_of(found, request.GET.get("page")), "tab": "uploads"}
    )


@require_safe
@role_required(Role.USER)
def upload(request: Request, uuid: UUID) -> HttpResponse:
    """Show one upload with the rows that were not applied."""
    found = get_object_or_404(ExtensionUpload.objects.of(request.tenant).select_related("store"), uuid=uuid)
    page = page_of(found.problems.order_by("row", "pk"), request.GET.get("page"))
    return render(request, "marketplace/upload.html", {"upload": found, "page": page})


def _harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _bar(number: int, line: complaint_stats.Line, most: int, count: int) -> dict[str, Any]:
    slot = 600 / max(min(count, BARS), 1)
    width, middle = min(slot * 0.7, 60), number * slot + slot / 2
    scale = 100 / most if most else 0
    return {
        "line": line,
        "x": round(middle - width / 2, 1),
        "middle": round(middle, 1),
        "width": round(width, 1),
        "filed_y": round(110 - line.filed * scale, 1),
        "filed_height": round(line.filed * scale, 1),
        "won_y": round(110 - line.approved * scale, 1),
        "won_height": round(line.approved * scale, 1),
    }


def _uuid(value: str | None) -> UUID | None:
    try:
        return UUID(value or "")
    except ValueError:
        return None

"""Does the money add up? The sums, what hangs, and the proof on demand."""

from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import Tenant
from billing import reports, services
from billing.models import Balance, BalanceHold, BalanceTransaction, Payment
from billing.models.ledger import NOTHING
from config.office.tables import Section, link, list_of, moment
from config.templatetags.otklik import roubles

LISTED: Final = 50


def reconciliation(request: HttpRequest) -> HttpResponse:
    """Show the sums; on request prove every balance, or give back what hangs."""
    user: Any = request.user
    at = now()
    report = None
    if request.method == "POST":
        if "prove" in request.POST:
            report = reports.reconcile(at=at)
        elif user.has_perm("billing.change_balancehold"):
            holds = list(BalanceHold.objects.overdue(at=at).select_related("tenant")[:LISTED])
            for hold in holds:
                services.release(hold, at=at, reason="staff")
            messages.success(request, _("Given back: {count}.").format(count=len(holds)))
        else:
            raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": _("Money reconciliation"),
        "figures": _figures(),
        "report": report,
        "discrepancies": _wrong(report) if report else None,
        "sections": _hanging(at),
        "can_release": user.has_perm("billing.change_balancehold"),
    }
    return TemplateResponse(request, "config/reconciliation.html", context)


def _figures() -> list[tuple[str, str, bool]]:
    """Return the sums of all ledgers and of all balances, and whether they agree."""
    ledger = BalanceTransaction.objects.aggregate(total=Sum("amount"))["total"] or NOTHING
    kept = Balance.objects.aggregate(balance=Sum("balance"), held=Sum("held"))
    balance, held = kept["balance"] or NOTHING, kept["held"] or NOTHING
    holds = BalanceHold.objects.pending().aggregate(total=Sum("amount"))["total"] or NOTHING
    return [
        (_("Sum of all entries"), roubles(ledger), ledger == balance),
        (_("Sum of all balances"), roubles(balance), ledger == balance),
        (_("Difference"), roubles(ledger - balance), ledger == balance),
        (_("Reserved on balances"), roubles(held), held == holds),
        (_("Sum of reservations"), roubles(holds), held == holds),
    ]


def _wrong(report: reports.Reconciliation) -> Section:
    tenants = Tenant.objects.in_bulk([found.tenant_id for found in report.discrepancies[:LISTED]])
    return Section(
        name="wrong",
        title=_("What does not add up"),
        headers=[_("shop"), _("what"), _("stored"), _("the ledger says")],
        rows=[
            (
                format_html('<a href="{}">{}</a>', reverse("admin:shop", args=[w.tenant_id]), tenants[w.tenant_id]),
                w.what,
                w.cached,
                w.proved,
            )
            for w in report.discrepancies[:LISTED]
        ],
    )


def _hanging(at: Any) -> list[Section]:
    holds = BalanceHold.objects.overdue(at=at).select_related("tenant").order_by("expires_at")[:LISTED]
    payments = Payment.objects.open().select_related("tenant").order_by("created_at")[:LISTED]
    return [
        Section(
            name="holds",
            title=_("Orphan reservations"),
            headers=[_("shop"), _("service"), _("amount, ₽"), _("expired")],
            rows=[(link(h, h.tenant), h.get_service_display(), roubles(h.amount), moment(h.expires_at)) for h in holds],
            url=list_of(BalanceHold, status__exact="pending", expires_at__lte=at.isoformat()),
        ),
        Section(
            name="payments",
            title=_("Payments without an outcome"),
            headers=[_("shop"), _("provider"), _("amount, ₽"), _("started")],
            rows=[
                (link(p, p.tenant), p.get_provider_display(), roubles(p.amount), moment(p.created_at)) for p in payments
            ],
            url=list_of(Payment, status__exact="pending"),
        ),
    ]

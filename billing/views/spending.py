"""What a shop's services cost: usage by day, prices and their changes, and the limits it sets itself."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.services import require_role
from billing import reports, services
from billing.enums import ServiceType
from billing.forms import CapsForm
from billing.models import ServicePrice
from billing.views.requests import Request, may_pay, shop_of
from config.errors import DomainError

CHANGES = 12


@require_safe
def usage(request: Request) -> HttpResponse:
    """Show what was paid for by day, service, assistant and channel."""
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted in map(str, reports.PERIODS) else reports.PERIODS[1]
    report = reports.usage_of(shop_of(request), days=days, at=now())
    return render(
        request,
        "billing/usage.html",
        {"report": report, "days": days, "periods": reports.PERIODS, "may_pay": may_pay(request)},
    )


@require_safe
def prices(request: Request) -> HttpResponse:
    """Show today's prices, those to come, and the last changes."""
    shop_of(request)
    at = now()
    today = {price.service_type: price for price in ServicePrice.objects.valid(at=at)}
    context = {
        "may_pay": may_pay(request),
        "prices": [today[service] for service in ServiceType if service in today],
        "coming": ServicePrice.objects.coming(at=at).order_by("valid_from", "service_type"),
        "past": ServicePrice.objects.past(at=at).order_by("-valid_to", "service_type")[:CHANGES],
    }
    return render(request, "billing/prices.html", context)


@require_safe
def limits(request: Request) -> HttpResponse:
    """Show the limits of the day and the month, and how much of them is used."""
    return _limits(request, _form(request))


@require_POST
def set_limits(request: Request) -> HttpResponse:
    """Set or lift the limits."""
    shop = shop_of(request)
    require_role(request.user, shop, Role.ADMIN)
    form = CapsForm(request.POST)
    if not form.is_valid():
        return _limits(request, form, status=422)
    try:
        services.set_caps(shop, **form.cleaned_data, at=now(), by=request.user)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _limits(request, form, status=refusal.status)
    messages.success(request, _("The limits are set."))
    return redirect("limits")


def _form(request: Request) -> CapsForm:
    caps = services.caps_of(shop_of(request))
    return CapsForm(initial={"per_day": _plain(caps.per_day), "per_month": _plain(caps.per_month)})


def _plain(amount: object) -> str:
    return "" if amount is None else f"{amount:.2f}".removesuffix(".00")


def _limits(request: Request, form: CapsForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "periods": services.periods_of(shop_of(request), at=now()),
        "may_pay": may_pay(request),
    }
    return render(request, "billing/limits.html", context, status=status)

"""Topping up: to the provider and back, and the sandbox's own page."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import letters
from accounts.enums import Role
from accounts.services import require_role
from billing import services
from billing.enums import PaymentStatus, Provider
from billing.errors import PaymentUnknown
from billing.forms import TopUpForm
from billing.models import Payment
from billing.providers import SANDBOX
from billing.views.balance import show
from billing.views.requests import Request, may_pay, shop_of
from config.errors import DomainError
from config.pages import page_of
from config.templatetags.otklik import roubles


@require_POST
def top_up(request: Request) -> HttpResponse:
    """Begin a payment and lead the person to the provider's page."""
    shop = shop_of(request)
    require_role(request.user, shop, Role.ADMIN)
    form = TopUpForm(request.POST)
    if not form.is_valid():
        return show(request, top_up_form=form, status=422)
    try:
        payment = services.start_payment(
            shop,
            amount=form.cleaned_data["amount"],
            provider=form.cleaned_data.get("provider", ""),
            return_page=return_page,
            at=now(),
            created_by=request.user,
        )
    except DomainError as refusal:
        form.add_error("amount", str(refusal))
        return show(request, top_up_form=form, status=refusal.status)
    return redirect(payment.confirmation_url)


@require_safe
def payments(request: Request) -> HttpResponse:
    """List the shop's payments with their states."""
    status = request.GET.get("status", "")
    rows = Payment.objects.of(shop_of(request)).select_related("created_by").newest_first()
    is_known = status in PaymentStatus.values
    context = {
        "page": page_of(rows.filter(status=status) if is_known else rows, request.GET.get("page")),
        "status": status if is_known else "",
        "states": PaymentStatus.choices,
        "may_pay": may_pay(request),
    }
    return render(request, "billing/payments.html", context)


@require_safe
def returned(request: Request, uuid: UUID) -> HttpResponse:
    """Ask the provider how the payment went, and say so."""
    payment = get_object_or_404(Payment.objects.visible_to(request.user).select_related("tenant"), uuid=uuid)
    try:
        payment = services.settle(payment, at=now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("balance")
    amount = {"amount": roubles(payment.amount)}
    if payment.is_open:
        messages.info(
            request, _("The payment of %(amount)s is on its way; the balance grows when it arrives.") % amount
        )
    elif payment.status == PaymentStatus.SUCCEEDED:
        messages.success(request, _("%(amount)s has been credited.") % amount)
    else:
        messages.warning(request, _("The payment of %(amount)s was cancelled.") % amount)
    return redirect("balance")


@require_http_methods(["GET", "HEAD", "POST"])
def sandbox(request: Request, uuid: UUID) -> HttpResponse:
    """Play the bank: pay or cancel with one click."""
    payments = Payment.objects.visible_to(request.user).filter(provider=Provider.SANDBOX)
    payment = get_object_or_404(payments.select_related("tenant"), uuid=uuid)
    number = payment.provider_payment_id or ""
    try:
        if request.method != "POST":
            return render(request, "billing/sandbox.html", {"payment": payment, "told": SANDBOX.ask(number)})
        require_role(request.user, payment.tenant, Role.ADMIN)
        is_paid = request.POST.get("decision") == "pay"
        return redirect(SANDBOX.decide(number, PaymentStatus.SUCCEEDED if is_paid else PaymentStatus.CANCELLED))
    except PaymentUnknown as error:
        raise Http404 from error


def return_page(uuid: UUID) -> str:
    """Return the address a person comes back to from the provider; its host never comes from a request."""
    return letters.absolute(reverse("payment", args=[uuid]))

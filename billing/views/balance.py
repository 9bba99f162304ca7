"""The page of a shop's money."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.services import require_role
from billing import reports, services
from billing.enums import WarningKind
from billing.forms import PRESETS, CodeForm, StatementForm, TopUpForm
from billing.models import BalanceHold, BalanceWarning, Payment, PaymentRefund, PromoCodeUsage, Referral
from billing.ports import assistant_names, channel_label
from billing.providers import connected
from billing.services.codes import waiting_promo
from billing.views.requests import Request, may_pay, shop_of
from config.errors import DomainError
from config.templatetags.otklik import roubles

HOLDS_SHOWN: Final = 100


@require_safe
def balance(request: Request) -> HttpResponse:
    """Show what there is, what it was spent on, what things cost, and how to add to it."""
    return show(request)


@require_safe
def holds(request: Request) -> HttpResponse:
    """Show what is reserved now, and until when."""
    shop = shop_of(request)
    going_back = PaymentRefund.objects.of(shop).filter(reserved__gt=0)
    pending = BalanceHold.objects.of(shop).pending().order_by("-pk")
    context = {
        "held": reports.summary(shop, at=now()).held,
        "holds": pending[:HOLDS_SHOWN],
        "refunds": going_back.order_by("-pk")[:HOLDS_SHOWN],
        "may_pay": may_pay(request),
    }
    return render(request, "billing/holds.html", context)


@require_POST
def use_code(request: Request) -> HttpResponse:
    """Redeem a promo code or accept an invitation; a refusal says why, beside the field."""
    shop = shop_of(request)
    require_role(request.user, shop, Role.ADMIN)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return show(request, code_form=form, status=422)
    try:
        used = services.apply_code(shop, code=form.cleaned_data["code"], at=now(), used_by=request.user)
    except DomainError as refusal:
        form.add_error("code", forms.ValidationError(str(refusal), code=refusal.code))
        return show(request, code_form=form, status=refusal.status)
    messages.success(request, _praise(used))
    return redirect("balance")


def show(request: Request, *, status: int = 200, **forms_in_use: Any) -> HttpResponse:
    """Render the page, with forms that came back with errors instead of fresh ones."""
    shop, at = shop_of(request), now()
    names = assistant_names(shop)
    statement_form = StatementForm(request.GET, assistants=names)
    wanted = statement_form.wanted()
    statement = reports.statement(shop, wanted, after=_uuid(request, "after"), before=_uuid(request, "before"))
    for entry in statement.entries:
        entry.channel_name = channel_label(entry.channel)  # type: ignore[attr-defined]  # for the template
    can_pay = may_pay(request)
    context = {
        "money": reports.summary(shop, at=at),
        "statement": statement,
        "statement_form": statement_form,
        "is_filtered": wanted != reports.Wanted(),
        "names": names,
        "warnings": BalanceWarning.objects.of(shop).open().exclude(kind=WarningKind.LOW).order_by("pk"),
        "presets": PRESETS,
        "may_pay": can_pay,
        "providers": connected(),
        "open_payments": Payment.objects.of(shop).open().exclude(confirmation_url="").order_by("-pk")[:3],
        "waiting": waiting_promo(shop),
        "top_up_form": TopUpForm(),
        "code_form": CodeForm(),
    }
    return render(request, "billing/balance.html", {**context, **forms_in_use}, status=status)


def _praise(used: PromoCodeUsage | Referral) -> str:
    if isinstance(used, Referral):
        return _("The invitation is accepted.")
    if used.entry:
        return _("%(amount)s has been credited.") % {"amount": roubles(used.entry.amount)}
    return _("The code is yours: it works with your next top-up.")


def _uuid(request: Request, name: str) -> UUID | None:
    try:
        return UUID(request.GET[name])
    except (KeyError, ValueError):
        return None

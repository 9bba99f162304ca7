"""How the desk works: what happens by itself, the prompts, and what it cost."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from config.errors import DomainError
from marketplace.desk_forms import AutomationForm, PromptsForm, RuleForm
from marketplace.enums import LoggedAction, LoggedEntity
from marketplace.keyset import page_after
from marketplace.models import AiLog, Outgoing, Product, ReplyRule, Review, SellerSettings, Store
from marketplace.prompts import BUILT_IN, Purpose
from marketplace.replies import OutgoingStatus
from marketplace.services.places import spent_today
from marketplace.services.previewing import Preview, preview

PERIOD: Final = timedelta(days=30)


@require_safe
@role_required(Role.USER)
def costs(request: Request) -> HttpResponse:
    """Show what models were asked for, what it cost, and what a published answer cost."""
    at = now()
    rows = AiLog.objects.visible_to(request.user).of(request.tenant)
    recent = rows.filter(created_at__gte=at - PERIOD)
    sums = list(
        recent.values("entity_type", "action")
        .annotate(
            count=Count("pk"),
            failed=Count("pk", filter=Q(error__isnull=False)),
            tokens=Sum("tokens_used"),
            cost=Sum("cost_usd"),
            price=Sum("price"),
        )
        .order_by("entity_type", "action")
    )
    lines = [
        {**row, "what": f"{LoggedEntity(row['entity_type']).label} · {LoggedAction(row['action']).label}"}
        for row in sums
    ]
    published = Outgoing.objects.of(request.tenant).filter(
        status=OutgoingStatus.CONFIRMED, confirmed_at__gte=at - PERIOD
    )
    count, total = published.count(), sum((row["price"] or 0) for row in sums)
    dollars = sum((row["cost"] or 0) for row in sums)
    context: dict[str, Any] = {
        "sums": lines,
        "published": count,
        "total": total,
        "per_result": total / count if count else None,
        "dollars_per_result": dollars / count if count else None,
        "today": spent_today(request.tenant, at=at),
        "settings": SellerSettings.objects.of(request.tenant).first(),
        "page": page_after(rows.select_related("store"), request.GET.get("after"), field="created_at"),
    }
    return render(request, "marketplace/costs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def desk_settings(request: Request) -> HttpResponse:
    """Show and change limits, automatic replies and the seven prompts."""
    settings = SellerSettings.objects.of(request.tenant).first() or SellerSettings(tenant=request.tenant)
    which = request.POST.get("form", "")
    automation = AutomationForm(request.POST if which == "automation" else None, instance=settings)
    prompts = PromptsForm(request.POST if which == "prompts" else None, instance=settings)
    form = {"automation": automation, "prompts": prompts}.get(which)
    tried = request.POST.get("try", "") if which == "prompts" else ""
    if form is not None and not tried and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("desk_settings")
    context = {
        "automation": automation,
        "prompts": [(prompts[purpose.value], purpose.label, BUILT_IN[purpose]) for purpose in Purpose],
        "rules": _rules(request),
        "tried": tried,
        "nm": request.POST.get("nm", ""),
        "preview": _tried(request, Purpose(tried)) if tried in Purpose.values else None,
    }
    return render(request, "marketplace/settings.html", context, status=422 if which and not tried else 200)


@require_POST
@role_required(Role.ADMIN)
def save_rule(request: Request, uuid: UUID) -> HttpResponse:
    """Change what happens to a store's new reviews."""
    store = get_object_or_404(Store.objects.visible_to(request.user).of(request.tenant), uuid=uuid)
    rule = ReplyRule.objects.filter(store=store, product=None).first() or ReplyRule(tenant=request.tenant, store=store)
    form = RuleForm(request.POST, instance=rule)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
    else:
        messages.warning(request, _("Choose what happens for each rating."))
    return redirect("desk_settings")


@require_POST
@role_required(Role.ADMIN)
def save_product_rule(request: Request, uuid: UUID) -> HttpResponse:
    """Give a product a rule for replies of its own, or let it follow its store's again."""
    product = get_object_or_404(Product.objects.visible_to(request.user).of(request.tenant), uuid=uuid)
    rule = ReplyRule.objects.filter(product=product).first()
    if request.POST.get("how") == "drop":
        ReplyRule.objects.filter(product=product).delete()
        messages.success(request, _("The product follows its store's rule again."))
        return redirect("product", uuid=uuid)
    rule = rule or ReplyRule(tenant=request.tenant, store=product.store, product=product)
    form = RuleForm(request.POST, instance=rule)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
    else:
        messages.warning(request, _("Choose what happens for each rating."))
    return redirect("product", uuid=uuid)


def _tried(request: Request, purpose: Purpose) -> Preview | None:
    """Try a prompt that is not kept yet; why it could not be is told."""
    rows = Review.objects.visible_to(request.user).of(request.tenant).select_related("store__tenant", "product")
    wanted = request.POST.get("nm", "").strip()
    review = None
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:  # noqa: PLR2004 -- digits of a bigint
        review = rows.filter(product__wb_product_id=int(wanted)).exclude(text="").order_by("-date", "-pk").first()
    try:
        return preview(
            request.tenant, purpose, prompt=request.POST.get(purpose.value, "")[:8_000], review=review, at=now()
        )
    except DomainError as refused:
        messages.warning(request, str(refused))
        return None


def _rules(request: Request) -> list[tuple[Store, RuleForm]]:
    known = {rule.store_id: rule for rule in ReplyRule.objects.of(request.tenant).filter(product=None)}
    stores = Store.objects.visible_to(request.user).of(request.tenant).order_by("name")
    return [(store, RuleForm(instance=known.get(store.pk))) for store in stores]

"""Products and the rules they are worked by."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import require_role, role_of
from config.pages import page_of
from marketplace.desk_forms import RuleForm as ReplyRuleForm
from marketplace.models import Product, ReplyRule, Review, Store, StoreRule
from marketplace.models.products import RULED_RATINGS, RuleFields
from marketplace.product_forms import BulkProductForm, BulkRuleForm, ProductFilter, RuleForm
from marketplace.services import rules

MOST_AT_ONCE: Final = 5_000
SHOWN_REVIEWS: Final = 25
LONGEST_ID: Final = 64
UNPROCESSABLE: Final = 422
WORKERS: Final = (Role.OPERATOR, Role.ADMIN)
CELLS: Final = (
    *(f"complaint_rating_{rating}" for rating in RULED_RATINGS),
    *(f"chat_rating_{rating}" for rating in RULED_RATINGS),
    "offer_compensation",
)
SWITCHES: Final = {"complaint": "submit_complaints", "chat": "work_in_chats"}


@require_safe
@role_required(Role.USER)
def product_list(request: Request) -> HttpResponse:
    """List products, the most reviewed first."""
    form = ProductFilter(request.GET, tenant=request.tenant)
    found = form.apply(_ours(request)).order_by("-review_count", "pk")
    context = {
        "form": form,
        "is_filtered": bool(form.chosen),
        "page": page_of(found, request.GET.get("page")),
        "bulk": BulkProductForm(),
        "may_change": _may_change(request),
    }
    return render(request, "marketplace/products.html", context)


@require_POST
@role_required(Role.OPERATOR)
def edit_products(request: Request) -> HttpResponse:
    """Change the work status of many products."""
    form, chosen = BulkProductForm(request.POST), _chosen(request)
    if not form.is_valid() or not form.changes() or not chosen:
        messages.warning(request, _("Choose products and what is to change."))
        return _back(request, "products")
    count = rules.set_work(chosen, by=request.user, **form.changes())
    messages.success(request, ngettext("%(n)d product changed.", "%(n)d products changed.", count) % {"n": count})
    return _back(request, "products")


@require_safe
@role_required(Role.USER)
def rule_matrix(request: Request) -> HttpResponse:
    """Show which ratings of which product lead to what."""
    form = ProductFilter(request.GET, tenant=request.tenant)
    page = page_of(form.apply(_ours(request)).order_by("-review_count", "pk"), request.GET.get("page"))
    stores = Store.objects.of(request.tenant).select_related("default_rule").order_by("name", "pk")
    context = {
        "form": form,
        "is_filtered": bool(form.chosen),
        "page": page,
        "rows": [_row(product) for product in page.rows],
        "stores": [(store, _cells(getattr(store, "default_rule", None))) for store in stores],
        "bulk": BulkRuleForm(),
        "ratings": RULED_RATINGS,
        "may_change": _may_change(request),
    }
    return render(request, "marketplace/rules.html", context)


@require_POST
@role_required(Role.OPERATOR)
def save_rules(request: Request) -> HttpResponse:
    """Save the matrix as it stands on the screen, or change chosen rows at once."""
    how = request.POST.get("how")
    if how == "matrix":
        count = _save_matrix(request)
    elif how == "drop":
        count = rules.drop_rules(_chosen(request), by=request.user)
    else:
        form = BulkRuleForm(request.POST)
        changes = form.changes() if form.is_valid() else {}
        chosen = _chosen(request) if changes else []
        if not chosen:
            messages.warning(request, _("Choose products and what is to change."))
            return _back(request, "rules")
        count = rules.set_rules(chosen, changes, by=request.user)
    told = ngettext("The rule of %(n)d product changed.", "The rules of %(n)d products changed.", count)
    messages.success(request, told % {"n": count})
    return _back(request, "rules")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OPERATOR)
def default_rule(request: Request, uuid: UUID) -> HttpResponse:
    """Show and change the rule of a store's products that have none of their own."""
    store = get_object_or_404(Store.objects.of(request.tenant), uuid=uuid)
    current = StoreRule.objects.filter(store=store).first()
    form = RuleForm(request.POST or None, initial=_values(current))
    if request.method == "POST" and form.is_valid():
        rules.set_default_rule(store, form.cleaned_data, by=request.user)
        messages.success(request, _("The rule of “%(store)s” is saved.") % {"store": store.name})
        return redirect("rules")
    context = {"store": store, "form": form, "followers": store.products.filter(rule=None).count()}
    return render(request, "marketplace/default_rule.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.USER)
def product(request: Request, uuid: UUID) -> HttpResponse:
    """Show one product: its rule, and why its reviews are worked or skipped."""
    found = get_object_or_404(_ours(request), uuid=uuid)
    rule = rules.rule_of(found)
    if request.method == "POST":
        require_role(request.user, request.tenant, Role.OPERATOR)
    form = RuleForm(request.POST or None, initial=_values(rule))
    if request.method == "POST" and form.is_valid():
        rules.set_rules([found], form.cleaned_data, by=request.user)
        messages.success(request, _("The product's rule is saved."))
        return redirect("product", uuid=found.uuid)
    asked = request.GET.get("review", "").strip()[:LONGEST_ID]
    context = {
        "product": found,
        "form": form,
        "has_own_rule": hasattr(found, "rule"),
        "has_rule": rule is not None,
        "asked": asked,
        "inspected": [(review, rules.verdicts(review)) for review in _inspected(found, asked)],
        "may_change": _may_change(request),
        **_replies(request, found),
    }
    return render(request, "marketplace/product.html", context, status=UNPROCESSABLE if form.errors else 200)


def _replies(request: Request, product: Product) -> dict[str, Any]:
    """Return the form of what happens to new reviews of a product by itself, for those who may change it."""
    if role_of(request.user, request.tenant) != Role.ADMIN:
        return {}
    found = ReplyRule.objects.filter(store=product.store_id)
    own = found.filter(product=product).first()
    return {"reply_rule": ReplyRuleForm(instance=own or found.filter(product=None).first()), "has_own_replies": own}


def _ours(request: Request) -> "QuerySet[Product]":
    return Product.objects.of(request.tenant).select_related("store__default_rule", "rule", "tenant")


def _may_change(request: Request) -> bool:
    return role_of(request.user, request.tenant) in WORKERS


def _chosen(request: Request) -> list[Product]:
    """Return the ticked products, or all that pass the filter when that was asked for."""
    found = _ours(request)
    if request.POST.get("everything"):
        found = ProductFilter(QueryDict(request.POST.get("filter", "")), tenant=request.tenant).apply(found)
        return list(found.order_by("pk")[:MOST_AT_ONCE])
    return list(found.filter(uuid__in=_uuids(request.POST.getlist("product"))[:MOST_AT_ONCE]))


def _uuids(values: Iterable[str]) -> list[UUID]:
    uuids = []
    for value in values:
        try:
            uuids.append(UUID(value))
        except ValueError:
            continue
    return uuids


def _back(request: Request, name: str) -> HttpResponseRedirect:
    filters = QueryDict(request.POST.get("filter", "")[:2000])
    return redirect(f"{reverse(name)}?{filters.urlencode()}" if filters else reverse(name))


def _cells(rule: RuleFields | None) -> dict[str, bool]:
    """Return what the matrix shows: a rating counts only while its switch is on."""
    shown = {}
    for cell in CELLS:
        switch = SWITCHES.get(cell.split("_")[0], "work_in_chats")
        shown[cell] = bool(rule and getattr(rule, switch) and getattr(rule, cell))
    return shown


def _row(product: Product) -> dict[str, Any]:
    return {"product": product, "cells": _cells(rules.rule_of(product)), "is_own": hasattr(product, "rule")}


def _save_matrix(request: Request) -> int:
    """Write the rows that differ from what they were; the others go on following their store."""
    count = 0
    for product in _ours(request).filter(uuid__in=_uuids(request.POST.getlist("shown"))[:MOST_AT_ONCE]):
        ticked = set(request.POST.getlist(f"cells-{product.uuid}"))
        wanted = {cell: cell in ticked for cell in CELLS}
        if wanted == _cells(rules.rule_of(product)):
            continue
        complains = any(wanted[cell] for cell in CELLS if cell.startswith("complaint"))
        chats = any(wanted[cell] for cell in CELLS if cell.startswith("chat"))
        changes = {**wanted, "submit_complaints": complains, "work_in_chats": chats}
        count += rules.set_rules([product], changes, by=request.user)
    return count


def _values(rule: RuleFields | None) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in rules.RULE_FIELDS} if rule else {}


def _inspected(product: Product, wb_id: str) -> list[Review]:
    found = Review.objects.filter(product=product)
    found = found.select_related("store", "product__store__default_rule", "product__rule")
    if wb_id:
        return list(found.filter(wb_id=wb_id)[:1])
    return list(found.filter(rating__in=RULED_RATINGS).order_by("-date", "-pk")[:SHOWN_REVIEWS])

"""Everything about one shop on one page."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import ApiKey, Event, Impersonation, Integration, Membership, Tenant, WebhookEndpoint
from assistants.models import AiTokenUsage, Assistant, BotInstance
from assistants.reports import usage_of
from billing import reports as money
from billing.models import Balance, BalanceTransaction
from config.office.tables import Section, first, link, list_of, moment
from config.templatetags.otklik import roubles
from dialogs.models import Dialog
from knowledge.models import Document
from marketplace.models import Store, StoreSync
from operators.models import Ticket

DAYS: Final = 30


def shop(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a shop."""
    tenant = get_object_or_404(Tenant.objects.select_related("owner"), pk=pk)
    at = now()
    context = {
        **admin.site.each_context(request),
        "title": tenant.name,
        "shop": tenant,
        "figures": _figures(tenant, at=at),
        "sections": [*_people(tenant), *_machines(tenant), *_stores(tenant), *_work(tenant), *_troubles(tenant)],
        "can_impersonate": request.user.has_perm("accounts.add_impersonation"),  # type: ignore[union-attr]  # staff
        "change_url": reverse("admin:accounts_tenant_change", args=[tenant.pk]),
        "balance_url": list_of(Balance, tenant__id__exact=tenant.pk),
    }
    return TemplateResponse(request, "config/shop.html", context)


def _figures(tenant: Tenant, *, at: datetime) -> list[tuple[str, str, str]]:
    """Return what there is, what came and what went, as label, value and address."""
    summary = money.summary(tenant, at=at)
    usage = usage_of(tenant, days=DAYS, at=at)
    month = Dialog.objects.of(tenant).filter(created_at__gte=at - timedelta(days=DAYS)).count()
    return [
        (_("Balance"), roubles(summary.available), list_of(Balance, tenant__id__exact=tenant.pk)),
        (_("Reserved"), roubles(summary.held), ""),
        (
            _("Spent this month"),
            roubles(summary.spent_this_month),
            list_of(BalanceTransaction, tenant__id__exact=tenant.pk),
        ),
        (
            _("Cost of models, 30 days"),
            roubles(usage.total["roubles"]),
            list_of(AiTokenUsage, tenant__id__exact=tenant.pk),
        ),
        (_("Dialogs, 30 days"), str(month), list_of(Dialog, tenant__id__exact=tenant.pk)),
    ]


def _people(tenant: Tenant) -> list[Section]:
    looks = first(Impersonation.objects.of(tenant).select_related("staff", "person").order_by("-pk"))
    members = first(Membership.objects.of(tenant).select_related("user").order_by("pk"))
    keys = first(ApiKey.objects.of(tenant).order_by("-pk"))
    return [
        Section(
            name="members",
            title=_("Team"),
            headers=[_("person"), _("role"), _("last activity")],
            rows=[(link(m.user, m.user.email), m.get_role_display(), moment(m.user.last_activity)) for m in members],
            url=list_of(Membership, tenant__id__exact=tenant.pk),
        ),
        Section(
            name="keys",
            title=_("API keys"),
            headers=[_("key"), _("scopes"), _("last used"), _("revoked")],
            rows=[(link(k), ", ".join(k.scope_labels()), moment(k.last_used_at), moment(k.revoked_at)) for k in keys],
            url=list_of(ApiKey, tenant__id__exact=tenant.pk),
        ),
        Section(
            name="looks",
            title=_("Looks of our staff"),
            headers=[_("staff"), _("as"), _("reason"), _("from"), _("until")],
            rows=[
                (link(k, k.staff), k.person, k.reason, moment(k.created_at), moment(k.ended_at or k.expires_at))
                for k in looks
            ],
            url=list_of(Impersonation, tenant__id__exact=tenant.pk),
        ),
    ]


def _machines(tenant: Tenant) -> list[Section]:
    assistants = first(Assistant.objects.of(tenant).order_by("pk"))
    bots = first(BotInstance.objects.of(tenant).order_by("pk"))
    integrations = first(Integration.objects.of(tenant).select_related("platform").order_by("-pk"))
    return [
        Section(
            name="assistants",
            title=_("Assistants"),
            headers=[_("assistant"), _("model"), _("active")],
            rows=[(link(a), a.ai_model or "—", _yes(a.is_active)) for a in assistants],
            url=list_of(Assistant, tenant__id__exact=tenant.pk),
        ),
        Section(
            name="channels",
            title=_("Channels"),
            headers=[_("bot"), _("platform"), _("active"), _("last error")],
            rows=[
                (link(b), b.get_platform_display(), _yes(b.is_active), b.last_error_message[:120] or "—") for b in bots
            ],
            url=list_of(BotInstance, tenant__id__exact=tenant.pk),
        ),
        Section(
            name="integrations",
            title=_("Integrations"),
            headers=[_("connection"), _("status"), _("message"), _("last sync")],
            rows=[
                (link(i, i.name or i.platform), i.get_status_display(), i.status_message[:120] or "—",
                 moment(i.last_sync_at))
                for i in integrations
            ],
            url=list_of(Integration, tenant__id__exact=tenant.pk),
        ),
    ]  # fmt: skip


def _stores(tenant: Tenant) -> list[Section]:
    stores = first(Store.objects.of(tenant).order_by("pk"))
    syncs = first(StoreSync.objects.of(tenant).select_related("store").order_by("-failures", "store_id", "entity"))
    return [
        Section(
            name="stores",
            title=_("Stores"),
            headers=[_("store"), _("status"), _("reviews"), _("chats")],
            rows=[(link(s), s.get_status_display(), s.total_reviews, s.total_chats) for s in stores],
            url=list_of(Store, tenant__id__exact=tenant.pk),
        ),
        Section(
            name="syncs",
            title=_("Syncs"),
            headers=[_("sync"), _("next run"), _("failures in a row"), _("last full pass")],
            rows=[(link(s), moment(s.next_run_at), s.failures, moment(s.full_at)) for s in syncs],
            url=list_of(StoreSync, tenant__id__exact=tenant.pk),
        ),
    ]


def _work(tenant: Tenant) -> list[Section]:
    documents = Document.objects.of(tenant).live().values("status").annotate(number=Count("pk")).order_by("status")
    tickets = first(Ticket.objects.of(tenant).exclude(status__in=["closed", "resolved"]).order_by("-pk"))
    return [
        Section(
            name="documents",
            title=_("Documents"),
            headers=[_("status"), _("number")],
            rows=[(row["status"], row["number"]) for row in documents],
            url=list_of(Document, tenant__id__exact=tenant.pk),
        ),
        Section(
            name="tickets",
            title=_("Open tickets"),
            headers=[_("ticket"), _("status"), _("priority"), _("created")],
            rows=[(link(t), t.get_status_display(), t.get_priority_display(), moment(t.created_at)) for t in tickets],
            url=list_of(Ticket, tenant__id__exact=tenant.pk),
        ),
    ]


def _troubles(tenant: Tenant) -> list[Section]:
    calls = first(AiTokenUsage.objects.of(tenant).filter(success=False).order_by("-pk"))
    hooks = first(
        WebhookEndpoint.objects.of(tenant)
        .annotate(given_up=Count("deliveries", filter=Q(deliveries__status="failed")))
        .order_by("-pk")
    )
    happened = first(Event.objects.of(tenant).order_by("-pk"))
    return [
        Section(
            name="errors",
            title=_("Latest errors of models"),
            headers=[_("when"), _("model"), _("error")],
            rows=[(moment(c.created_at), c.model_used, f"{c.error_code} {c.error_message[:120]}") for c in calls],
            url=list_of(AiTokenUsage, tenant__id__exact=tenant.pk, success__exact=0),
        ),
        Section(
            name="webhooks",
            title=_("Webhooks"),
            headers=[_("address"), _("active"), _("failing since"), _("given up")],
            rows=[(link(h), _yes(h.is_active), moment(h.failing_since), h.given_up) for h in hooks],
            url=list_of(WebhookEndpoint, tenant__id__exact=tenant.pk),
        ),
        Section(
            name="events",
            title=_("Latest events"),
            headers=[_("when"), _("what happened"), _("number")],
            rows=[(moment(e.created_at), e.get_type_display(), e.seq) for e in happened],
            url=list_of(Event, tenant__id__exact=tenant.pk),
        ),
    ]


def _yes(value: Any) -> str:
    return _("yes") if value else _("no")

"""Connections to outside systems, and what they did."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import (
    AggregationPeriod,
    Direction,
    IntegrationStatus,
    MetricType,
    PlatformRegion,
    PlatformType,
    SyncStatus,
    SyncType,
)
from accounts.models.tenancy import Owned, OwnedQuerySet
from config.db import Created, Public, Timestamped, enum_check


class Platform(Created):
    """A kind of outside system, as data: what it can do and which credentials it asks for."""

    id = models.CharField(_("id"), max_length=50, primary_key=True)
    name = models.CharField(_("name"), max_length=255)
    display_name = models.CharField(_("display name"), max_length=255)
    type = models.CharField(_("type"), max_length=32, choices=PlatformType)
    region = models.CharField(_("region"), max_length=32, choices=PlatformRegion)
    capabilities = ArrayField(models.CharField(max_length=64), default=list, blank=True, verbose_name=_("capabilities"))
    required_credentials = ArrayField(
        models.CharField(max_length=64), default=list, blank=True, verbose_name=_("required credentials")
    )
    is_active = models.BooleanField(_("active"), default=True)
    configuration = models.JSONField(_("configuration"), default=dict, blank=True)

    class Meta:
        db_table = "platforms"
        verbose_name = _("platform")
        verbose_name_plural = _("platforms")
        constraints = [
            enum_check("ck_platforms_type", "type", PlatformType),
            enum_check("ck_platforms_region", "region", PlatformRegion),
        ]

    def __str__(self) -> str:
        return self.display_name


class IntegrationQuerySet(OwnedQuerySet["Integration"]):
    """Connections."""

    def due(self, *, at: datetime) -> Self:
        """Keep those whose regular work is to be done now and that no worker has; the longest due first."""
        stopped = [IntegrationStatus.DISCONNECTED, IntegrationStatus.REAUTH_REQUIRED]
        free = Q(locked_until=None) | Q(locked_until__lte=at)
        return self.filter(free, next_sync_at__lte=at).exclude(status__in=stopped).order_by("next_sync_at", "pk")


class Integration(Public, Owned, Timestamped):
    """A tenant's connection to one account on one platform."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="integrations", verbose_name=_("platform"))
    name = models.CharField(_("name"), max_length=255, blank=True)
    external_account = models.CharField(_("outside account"), max_length=255, default="", blank=True)
    credentials_encrypted = models.BinaryField(_("credentials"), null=True, editable=False)
    encryption_key_id = models.CharField(_("encryption key"), max_length=255, blank=True, editable=False)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    status = models.CharField(_("status"), max_length=32, choices=IntegrationStatus, default=IntegrationStatus.PENDING)
    status_message = models.TextField(_("status message"), blank=True)
    last_sync_at = models.DateTimeField(_("last sync"), null=True, blank=True)
    next_sync_at = models.DateTimeField(_("next sync"), null=True, blank=True)
    sync_interval_minutes = models.IntegerField(_("sync interval, minutes"), default=60)
    locked_until = models.DateTimeField(_("being synced until"), null=True, blank=True, editable=False)
    failures = models.IntegerField(_("failures in a row"), default=0, editable=False)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = IntegrationQuerySet.as_manager()

    class Meta:
        db_table = "integrations"
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "platform", "external_account"],
                name="uq_integrations_tenant_platform_external_account",
            ),
            enum_check("ck_integrations_status", "status", IntegrationStatus),
            models.CheckConstraint(condition=Q(sync_interval_minutes__gt=0), name="ck_integrations_sync_interval"),
            models.CheckConstraint(condition=Q(failures__gte=0), name="ck_integrations_failures"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.platform_id} {self.external_account}".strip()


class SyncLogQuerySet(models.QuerySet["SyncLog"]):
    """Sync runs, owned through their integration."""

    def visible_to(self, principal: object) -> "SyncLogQuerySet":
        """Keep the runs of integrations that ``principal`` may see."""
        return self.filter(integration__in=Integration.objects.visible_to(principal))


class SyncLog(Created):
    """One run of a synchronisation."""

    integration = models.ForeignKey(
        Integration, models.CASCADE, related_name="sync_logs", verbose_name=_("integration")
    )
    sync_type = models.CharField(_("type"), max_length=32, choices=SyncType, default=SyncType.INCREMENTAL)
    direction = models.CharField(_("direction"), max_length=16, choices=Direction, default=Direction.INBOUND)
    status = models.CharField(_("status"), max_length=16, choices=SyncStatus, default=SyncStatus.PENDING)
    records_requested = models.IntegerField(_("requested"), null=True, blank=True)
    records_synced = models.IntegerField(_("synced"), default=0)
    records_failed = models.IntegerField(_("failed"), default=0)
    errors = models.JSONField(_("errors"), default=list, blank=True)
    error_message = models.TextField(_("error"), blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    duration_seconds = models.GeneratedField(
        expression=Func(
            F("completed_at"),
            F("started_at"),
            template="extract(epoch FROM %(expressions)s)",
            arg_joiner=" - ",
            output_field=models.FloatField(),
        ),
        output_field=models.FloatField(),
        db_persist=True,
        verbose_name=_("duration, seconds"),
    )
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = SyncLogQuerySet.as_manager()

    class Meta:
        db_table = "sync_logs"
        verbose_name = _("sync run")
        verbose_name_plural = _("sync runs")
        constraints = [
            enum_check("ck_sync_logs_sync_type", "sync_type", SyncType),
            enum_check("ck_sync_logs_direction", "direction", Direction),
            enum_check("ck_sync_logs_status", "status", SyncStatus),
            models.CheckConstraint(
                condition=Q(records_synced__gte=0, records_failed__gte=0)
                & (Q(records_requested=None) | Q(records_requested__gte=0)),
                name="ck_sync_logs_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.integration} · {self.get_sync_type_display()} · {self.get_status_display()}"


class PlatformMetric(models.Model):
    """One number about one platform over one period."""

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="metrics", null=True, blank=True)
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    tenant = models.ForeignKey("accounts.Tenant", models.CASCADE, related_name="+", null=True, blank=True)
    metric_type = models.CharField(_("metric"), max_length=32, choices=MetricType)
    metric_value = models.DecimalField(_("value"), max_digits=15, decimal_places=4)
    metric_unit = models.CharField(_("unit"), max_length=50, blank=True)
    aggregation_period = models.CharField(
        _("period"), max_length=20, choices=AggregationPeriod, default=AggregationPeriod.HOUR
    )
    recorded_at = models.DateTimeField(_("recorded"))
    period_start = models.DateTimeField(_("from"))
    period_end = models.DateTimeField(_("to"))
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "platform_metrics"
        verbose_name = _("platform metric")
        verbose_name_plural = _("platform metrics")
        constraints = [
            models.UniqueConstraint(
                fields=["integration", "platform", "metric_type", "aggregation_period", "period_start"],
                name="uq_platform_metrics_bucket",
                nulls_distinct=False,
            ),
            enum_check("ck_platform_metrics_metric_type", "metric_type", MetricType),
            enum_check("ck_platform_metrics_aggregation_period", "aggregation_period", AggregationPeriod),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="ck_platform_metrics_period"),
        ]

    def __str__(self) -> str:
        return f"{self.platform_id} · {self.metric_type} = {self.metric_value}"

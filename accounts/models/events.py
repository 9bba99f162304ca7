"""What happened in a tenant, in order, and which programs are told about it."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import EventType, SwitchOff, WebhookStatus
from accounts.models.tenancy import Owned, OwnedQuerySet, Tenant
from config.db import Created, Public, Timestamped, enum_check


class EventStream(models.Model):
    """The last number given to an event of a tenant; moved by ``ck_events_number`` when a transaction ends."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("tenant"))
    last_seq = models.BigIntegerField(_("last number"), default=0)

    class Meta:
        db_table = "event_streams"
        verbose_name = _("event stream")
        verbose_name_plural = _("event streams")
        constraints = [models.CheckConstraint(condition=Q(last_seq__gte=0), name="ck_event_streams_last_seq")]

    def __str__(self) -> str:
        return f"{self.tenant_id}: {self.last_seq}"


class EventQuerySet(OwnedQuerySet["Event"]):
    """Events."""

    def after(self, seq: int) -> Self:
        """Keep what came after number ``seq``, in order."""
        return self.filter(seq__gt=seq).order_by("seq")


class Event(Public, Owned, Created):
    """A fact, written in the transaction that made it true.

    The number is given while that transaction commits, under the lock of the
    tenant's stream: numbers have no gaps and become visible in their order.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    seq = models.BigIntegerField(_("number"), null=True, editable=False)
    type = models.CharField(_("what happened"), max_length=32, choices=EventType)
    data = models.JSONField(_("data"), default=dict, encoder=DjangoJSONEncoder)

    objects = EventQuerySet.as_manager()

    class Meta:
        db_table = "events"
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "seq"], name="uq_events_tenant_seq"),
            enum_check("ck_events_type", "type", EventType),
        ]
        indexes = [models.Index(fields=["created_at"], name="ix_event_age")]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"

    def as_json(self) -> dict[str, Any]:
        """Return the event as programs read it, pushed or polled."""
        return {
            "id": str(self.uuid),
            "seq": self.seq,
            "type": self.type,
            "created_at": self.created_at.isoformat(),
            "data": self.data,
        }


class WebhookEndpointQuerySet(OwnedQuerySet["WebhookEndpoint"]):
    """Addresses."""

    def wanting(self, event_type: EventType) -> Self:
        """Keep the active ones that asked for this kind, or for everything."""
        return self.filter(Q(event_types=[]) | Q(event_types__contains=[event_type.value]), is_active=True)


class WebhookEndpoint(Public, Owned, Timestamped):
    """An address of the tenant's own program that is told what happens."""

    url = models.CharField(_("address"), max_length=2048)
    description = models.CharField(_("what it is for"), max_length=255, blank=True)
    secret_encrypted = models.BinaryField(_("secret"), null=True, editable=False)
    former_secret_encrypted = models.BinaryField(_("former secret"), null=True, editable=False)
    former_secret_until = models.DateTimeField(_("former secret signs until"), null=True, blank=True, editable=False)
    event_types = ArrayField(
        models.CharField(max_length=32, choices=EventType), default=list, blank=True, verbose_name=_("events")
    )
    is_active = models.BooleanField(_("active"), default=True)
    switched_off = models.CharField(_("switched off"), max_length=16, choices=SwitchOff, blank=True, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("created by")
    )

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        db_table = "webhook_endpoints"
        verbose_name = _("webhook address")
        verbose_name_plural = _("webhook addresses")
        constraints = [
            models.CheckConstraint(
                condition=Q(event_types__contained_by=list(EventType.values)), name="ck_webhook_endpoints_event_types"
            ),
            models.CheckConstraint(
                condition=Q(switched_off__in=["", *SwitchOff.values]), name="ck_webhook_endpoints_switched_off"
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def event_labels(self) -> list[str]:
        """Return the kinds it asked for, as people read them; none means all."""
        return [str(EventType(kind).label) for kind in self.event_types]


class WebhookDeliveryQuerySet(OwnedQuerySet["WebhookDelivery"]):
    """Deliveries."""

    def due(self, *, at: datetime) -> Self:
        """Keep those to be sent now, on which nobody works."""
        is_free = Q(locked_until=None) | Q(locked_until__lte=at)
        return self.filter(is_free, status=WebhookStatus.PENDING, next_attempt_at__lte=at, endpoint__is_active=True)


class WebhookDelivery(Public, Owned, Timestamped):
    """One event on its way to one address; its uuid is the same in every attempt."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="deliveries", db_index=False, verbose_name=_("address")
    )
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries", verbose_name=_("event"))
    status = models.CharField(_("status"), max_length=16, choices=WebhookStatus, default=WebhookStatus.PENDING)
    is_replay = models.BooleanField(_("sent again by hand"), default=False)
    attempt_count = models.IntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    locked_until = models.DateTimeField(_("being sent until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        db_table = "webhook_deliveries"
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event"], condition=Q(is_replay=False), name="uq_webhook_deliveries_endpoint_event"
            ),
            models.UniqueConstraint(
                fields=["endpoint", "event"],
                condition=Q(is_replay=True, status=WebhookStatus.PENDING),
                name="uq_webhook_deliveries_replay",
            ),
            enum_check("ck_webhook_deliveries_status", "status", WebhookStatus),
            models.CheckConstraint(condition=Q(attempt_count__gte=0), name="ck_webhook_deliveries_attempt_count"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(status=WebhookStatus.PENDING), name="ix_webhookdelivery_due"
            ),
            models.Index(fields=["endpoint", "-id"], name="ix_webhookdelivery_log"),
            models.Index(fields=["tenant", "-id"], name="ix_webhookdelivery_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} · {self.get_status_display()}"

    @property
    def last_attempt(self) -> "WebhookAttempt | None":
        """Return the latest request, out of those that were fetched with the row."""
        return max(self.attempts.all(), key=lambda attempt: attempt.number, default=None)


class WebhookAttemptQuerySet(models.QuerySet["WebhookAttempt"]):
    """Attempts, owned through their delivery."""

    def visible_to(self, principal: object) -> Self:
        """Keep the attempts of deliveries that ``principal`` may see."""
        return self.filter(delivery__in=WebhookDelivery.objects.visible_to(principal))


class WebhookAttempt(models.Model):
    """One request to an address and what it answered; without an end its worker died."""

    delivery = models.ForeignKey(
        WebhookDelivery, models.CASCADE, related_name="attempts", db_index=False, verbose_name=_("delivery")
    )
    number = models.IntegerField(_("number"))
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    milliseconds = models.IntegerField(_("milliseconds"), null=True, blank=True)
    response_status = models.IntegerField(_("answer"), null=True, blank=True)
    response_body = models.TextField(_("beginning of the answer"), blank=True)
    trouble = models.CharField(_("why there is no answer"), max_length=32, blank=True)

    objects = WebhookAttemptQuerySet.as_manager()

    class Meta:
        db_table = "webhook_attempts"
        verbose_name = _("webhook attempt")
        verbose_name_plural = _("webhook attempts")
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="uq_webhook_attempts_delivery_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="ck_webhook_attempts_number"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.number}"

    @property
    def is_good(self) -> bool:
        """Say whether the address took the event."""
        return self.response_status is not None and 200 <= self.response_status < 300  # noqa: PLR2004 -- HTTP

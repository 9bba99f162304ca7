"""From the assistant to a person and back."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Created, Public, Timestamped, enum_check, new_uuid
from config.moves import move
from dialogs.enums import HandoffReason, HandoffStatus
from dialogs.models import Dialog
from operators.enums import OPEN_REQUESTS, REQUEST_MOVES, RequestState, WaitChoice


class HandoffRequestQuerySet(OwnedQuerySet["HandoffRequest"]):
    """Handoff cycles."""

    def open(self) -> Self:
        """Keep those that wait or go on."""
        return self.filter(state__in=OPEN_REQUESTS)

    def waiting(self) -> Self:
        """Keep those nobody took, longest wait first."""
        return self.filter(state=RequestState.REQUESTED).order_by("requested_at", "pk")

    def offered(self) -> Self:
        """Keep those whose customer may choose something else than to wait, and has not yet."""
        return self.waiting().filter(offered_at__isnull=False, choice="")

    def overdue(self, *, at: datetime) -> Self:
        """Keep those nobody took in time."""
        return self.filter(state=RequestState.REQUESTED, expires_at__lte=at)


class HandoffRequest(Public, Owned, Timestamped):
    """One cycle of a handoff: asked for, taken, resolved."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    dialog = models.ForeignKey(Dialog, models.CASCADE, related_name="+", verbose_name=_("dialog"))
    request_id = models.UUIDField(_("request"), default=new_uuid, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=16, choices=RequestState, default=RequestState.REQUESTED)
    reason = models.CharField(_("reason"), max_length=32, choices=HandoffReason)
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("operator")
    )
    requested_at = models.DateTimeField(_("requested"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("ended"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    reassured_at = models.DateTimeField(_("asked to be patient"), null=True, blank=True)
    offered_at = models.DateTimeField(_("offered something else"), null=True, blank=True)
    choice = models.CharField(_("chose"), max_length=16, choices=WaitChoice, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = HandoffRequestQuerySet.as_manager()

    class Meta:
        db_table = "handoff_requests"
        verbose_name = _("handoff")
        verbose_name_plural = _("handoffs")
        constraints = [
            models.UniqueConstraint(
                fields=["dialog", "tenant"],
                condition=Q(state__in=OPEN_REQUESTS),
                name="uq_handoff_requests_dialog_open",
            ),
            enum_check("ck_handoff_requests_state", "state", RequestState),
            enum_check("ck_handoff_requests_reason", "reason", HandoffReason),
            models.CheckConstraint(condition=Q(choice__in=["", *WaitChoice.values]), name="ck_handoff_requests_choice"),
            models.CheckConstraint(
                condition=~Q(state=RequestState.ACTIVE) | Q(started_at__isnull=False),
                name="ck_handoff_requests_started_at",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_REQUESTS, resolved_at=None)
                | (~Q(state__in=OPEN_REQUESTS) & Q(resolved_at__isnull=False)),
                name="ck_handoff_requests_resolved_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} · {self.get_state_display()}"

    def move_to(self, state: RequestState, **changes: Any) -> str:
        """Change the state in one UPDATE and return the former one.

        Raises:
            IllegalMove: the cycle does not go there from here, or somebody moved it first.
        """
        return move(self, state, allowed=REQUEST_MOVES, field="state", **changes)


class HandoffAudit(Owned, Created):
    """One step of a dialog's handoff; the database numbers the steps 1, 2, 3… and keeps them."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    dialog = models.ForeignKey(Dialog, models.CASCADE, related_name="+", db_index=False, verbose_name=_("dialog"))
    seq = models.BigIntegerField(_("number"), db_default=Value(0), editable=False)  # set by tg_handoff_audit_seq
    from_status = models.CharField(pgettext_lazy("status", "from"), max_length=32, choices=HandoffStatus)
    to_status = models.CharField(pgettext_lazy("status", "to"), max_length=32, choices=HandoffStatus)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("who")
    )
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    request_id = models.UUIDField(_("request"), null=True, blank=True)
    extra_data = models.JSONField(_("more"), default=dict, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "handoff_audit"
        verbose_name = _("handoff step")
        verbose_name_plural = _("handoff steps")
        constraints = [
            enum_check("ck_handoff_audit_from_status", "from_status", HandoffStatus),
            enum_check("ck_handoff_audit_to_status", "to_status", HandoffStatus),
            models.CheckConstraint(condition=Q(seq__gte=1), name="ck_handoff_audit_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.dialog_id} · {self.seq}: {self.from_status} → {self.to_status}"

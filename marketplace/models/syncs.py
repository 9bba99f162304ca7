"""How far each kind of a store's data is synced, and who works on it now."""

from datetime import datetime, timedelta
from typing import Final, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import IntegrationStatus
from accounts.models import OwnedQuerySet, SyncLog
from config.db import Timestamped, enum_check, new_uuid
from marketplace.enums import StoreStatus, SyncEntity
from marketplace.models.stores import OfStore

LEASE: Final = timedelta(seconds=120)
UNUSABLE: Final = (IntegrationStatus.REAUTH_REQUIRED, IntegrationStatus.DISCONNECTED)


class StoreSyncQuerySet(OwnedQuerySet["StoreSync"]):
    """Syncs."""

    def due(self, *, at: datetime) -> Self:
        """Keep those whose time has come and that nobody works on; a worker that died works no more."""
        return self.filter(
            Q(locked_until=None) | Q(locked_until__lt=at),
            next_run_at__lte=at,
            store__status=StoreStatus.ACTIVE,
            store__integration__isnull=False,
        ).exclude(store__integration__status__in=UNUSABLE)


class StoreSync(OfStore, Timestamped):
    """One kind of data of one store: where its sync stands, when it goes on, and whose it is meanwhile.

    ``progress`` is an unfinished pass (it goes on from there, whoever takes it up);
    ``cursor`` is what the next pass begins from.
    """

    entity = models.CharField(_("what"), max_length=16, choices=SyncEntity)
    next_run_at = models.DateTimeField(_("next run"), null=True, blank=True)
    interval_minutes = models.IntegerField(_("interval, minutes"), default=15)
    locked_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    holder = models.UUIDField(_("lease"), null=True, blank=True, editable=False)
    progress = models.JSONField(_("unfinished pass"), null=True, blank=True)
    cursor = models.JSONField(_("next pass begins at"), default=dict, blank=True)
    full_at = models.DateTimeField(_("last full pass"), null=True, blank=True)
    failures = models.IntegerField(_("failures in a row"), default=0)
    log = models.ForeignKey(
        SyncLog, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("sync run")
    )

    objects = StoreSyncQuerySet.as_manager()

    class Meta:
        db_table = "store_syncs"
        verbose_name = _("store sync")
        verbose_name_plural = _("store syncs")
        constraints = [
            models.UniqueConstraint(fields=["store", "entity", "tenant"], name="uq_store_syncs_store_entity"),
            enum_check("ck_store_syncs_entity", "entity", SyncEntity),
            models.CheckConstraint(condition=Q(interval_minutes__gt=0), name="ck_store_syncs_interval_minutes"),
            models.CheckConstraint(
                condition=Q(locked_until=None, holder=None) | Q(locked_until__isnull=False, holder__isnull=False),
                name="ck_store_syncs_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store} · {self.get_entity_display()}"

    def take(self, *, at: datetime) -> UUID | None:
        """Take the lease unless somebody has it; return its mark."""
        holder = new_uuid()
        free = StoreSync.objects.filter(Q(locked_until=None) | Q(locked_until__lt=at), pk=self.pk)
        if not free.update(locked_until=at + LEASE, holder=holder):
            return None
        self.refresh_from_db()
        return holder

    def hurry(self, *, at: datetime) -> None:
        """Let it run now, or right after the run under way."""
        StoreSync.objects.filter(pk=self.pk).update(next_run_at=at)

    def start_over(self, *, at: datetime) -> None:
        """Forget the unfinished pass, unless somebody is at it, and let a full one begin."""
        idle = StoreSync.objects.filter(Q(locked_until=None) | Q(locked_until__lt=at), pk=self.pk)
        idle.update(progress=None, full_at=None, next_run_at=at)


class SyncSighting(OfStore):
    """A review that an unfinished full pass has seen; what it has not seen in the end is gone."""

    wb_id = models.CharField(_("id on Wildberries"), max_length=64)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "sync_sightings"
        verbose_name = _("sighting of a sync")
        verbose_name_plural = _("sightings of a sync")
        constraints = [
            models.UniqueConstraint(fields=["store", "wb_id", "tenant"], name="uq_sync_sightings_store_wb_id")
        ]

    def __str__(self) -> str:
        return self.wb_id

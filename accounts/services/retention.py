"""How long a shop keeps conversations, events and files; a sweeper deletes what is older, a batch at a time."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import connection, transaction

from accounts.enums import Role, WebhookStatus
from accounts.models import Event, Tenant, User, WebhookDelivery
from accounts.ports import retained
from accounts.services.access import require_role
from accounts.services.audit import record, snapshot

log = structlog.get_logger(__name__)

NAMES: Final = ("keep_dialogs_days", "keep_events_days", "keep_files_days")
BATCH: Final = 500
MOST_BATCHES: Final = 200  # of one shop in one run; the next run goes on


@transaction.atomic
def change_retention(tenant: Tenant, *, by: User, dialogs: int | None, events: int | None, files: int | None) -> None:
    """Set for how many days each is kept, None for ever.

    Raises:
        RoleRequired: ``by`` is no administrator.
    """
    require_role(by, tenant, Role.ADMIN)
    before = snapshot(tenant, NAMES)
    tenant.keep_dialogs_days, tenant.keep_events_days, tenant.keep_files_days = dialogs, events, files
    tenant.save(update_fields=NAMES)
    record("data.retention_changed", tenant=tenant, by=by, target=tenant, before=before, after=snapshot(tenant, NAMES))


def keep_no_longer(*, at: datetime) -> dict[str, int]:
    """Delete what shops no longer keep; return how much of each kind."""
    gone: dict[str, int] = {}
    for name, purge in retained().items():
        days_column = f"keep_{name}_days"
        shops = Tenant.objects.filter(is_active=True).exclude(**{days_column: None}).order_by("pk")
        for tenant in shops.iterator(chunk_size=BATCH):
            before = at - timedelta(days=getattr(tenant, days_column))
            for _ in range(MOST_BATCHES):
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SET LOCAL otklik.erase = 'on'")
                    count = purge(tenant, before, BATCH)
                gone[name] = gone.get(name, 0) + count
                if not count:
                    break
    if gone:
        log.info("kept_no_longer", **gone)
    return gone


def purge_events(tenant: Tenant, before: datetime, limit: int) -> int:
    """Delete old events of a shop that are on their way nowhere."""
    under_way = WebhookDelivery.objects.filter(status=WebhookStatus.PENDING).values("event_id")
    old = Event.objects.of(tenant).filter(created_at__lt=before).exclude(pk__in=under_way).order_by("pk")
    keys = list(old.values_list("pk", flat=True)[:limit])
    Event.objects.filter(pk__in=keys).delete()
    return len(keys)

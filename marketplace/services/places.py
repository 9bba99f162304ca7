"""How many drafts are written at once, and what a day may cost."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Sum
from django.utils.timezone import now

from accounts.models import Tenant
from billing.enums import HoldStatus, ServiceType, TransactionType
from billing.models import BalanceHold, BalanceTransaction
from config.db import new_uuid
from marketplace.errors import DailyLimitReached, DeskBusy
from marketplace.models import SellerSettings, WritingSlot

LEASE: Final = timedelta(minutes=3)
DESK: Final = (
    ServiceType.REVIEW_REPLY,
    ServiceType.QUESTION_REPLY,
    ServiceType.CHAT_REPLY,
    ServiceType.COMPLAINT_DRAFT,
    ServiceType.SEQUENCE_MESSAGE,
)
# The first free place of the tenant; of two rivals for one the second gets no row and tries again.
TAKE: Final = """
INSERT INTO writing_slots AS slot (tenant_id, number, holder, locked_until)
SELECT %(tenant)s, place.number, %(holder)s, %(until)s
  FROM generate_series(1, %(limit)s) AS place (number)
  LEFT JOIN writing_slots AS taken ON taken.tenant_id = %(tenant)s AND taken.number = place.number
 WHERE taken.id IS NULL OR taken.locked_until < %(at)s
 ORDER BY place.number LIMIT 1
ON CONFLICT (tenant_id, number) DO UPDATE SET holder = excluded.holder, locked_until = excluded.locked_until
 WHERE slot.locked_until < %(at)s
RETURNING number
"""


@contextmanager
def place(tenant: Tenant, settings: SellerSettings | None, *, at: datetime) -> Iterator[None]:
    """Hold one of the tenant's places while the block runs; a lost worker's place is free again after three minutes.

    Raises:
        DeskBusy: all are taken.
    """
    limit = settings.ai_concurrency if settings else SellerSettings._meta.get_field("ai_concurrency").default
    holder = new_uuid()
    if not any(_take(tenant, holder, limit=limit, at=at) for _ in range(limit)):
        raise DeskBusy(limit=limit)
    try:
        yield
    finally:
        WritingSlot.objects.filter(tenant=tenant, holder=holder).update(locked_until=now() - timedelta(seconds=1))


def _take(tenant: Tenant, holder: uuid.UUID, *, limit: int, at: datetime) -> bool:
    values: dict[str, Any] = {"tenant": tenant.pk, "holder": holder, "limit": limit, "at": at, "until": at + LEASE}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        return cursor.fetchone() is not None


def spent_today(tenant: Tenant, *, at: datetime) -> Decimal:
    """Return what the desk cost since the tenant's midnight, with what is reserved now."""
    midnight = at.astimezone(ZoneInfo(tenant.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    kinds = [TransactionType(service.value) for service in DESK]
    entries = BalanceTransaction.objects.of(tenant).filter(transaction_type__in=kinds, created_at__gte=midnight)
    holds = BalanceHold.objects.of(tenant).filter(service__in=DESK, status=HoldStatus.PENDING)
    paid = entries.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    held = holds.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return Decimal(held - paid)


def check_limit(tenant: Tenant, settings: SellerSettings | None, *, at: datetime) -> None:
    """Refuse when the day's limit is passed, the reservation just made included.

    Raises:
        DailyLimitReached: it is.
    """
    if settings and settings.daily_limit is not None and spent_today(tenant, at=at) > settings.daily_limit:
        raise DailyLimitReached(limit=f"{settings.daily_limit:.2f}")

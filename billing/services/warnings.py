"""What owners are warned of: once per crossing of a line, by a row that a letter follows."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.dispatch import Signal
from django.urls import reverse

from accounts import letters
from accounts.enums import EventType
from accounts.models import Tenant
from accounts.services import events
from billing import tasks
from billing.enums import WarningKind
from billing.models import Balance, BalanceTransaction, BalanceWarning
from billing.models.ledger import NOTHING
from billing.signals import balance_exhausted, balance_low, spend_cap_reached

BATCH: Final = 200
CAPS: Final = (WarningKind.DAY_CAP, WarningKind.MONTH_CAP)


def look(entry: BalanceTransaction, at: datetime) -> None:
    """Begin or end warnings that an entry is the reason for; called in its transaction."""
    line = settings.BALANCE_LOW
    if entry.balance_after < line <= entry.balance_before and _begin(
        entry.tenant, WarningKind.LOW, available=entry.available, at=at
    ):
        events.record(entry.tenant_id, EventType.BALANCE_LOW, at=at, available=entry.available)
        _send(balance_low, entry.tenant, available=entry.available, at=at)
    if entry.amount > 0:
        over = [WarningKind.EXHAUSTED, *([WarningKind.LOW] if entry.balance_after >= line else [])]
        end(entry.tenant, over, at=at)


def tell_exhausted(tenant: Tenant, *, available: Decimal, at: datetime) -> None:
    """Say once, until money comes in, that something could not be paid."""
    Balance.objects.open(tenant)
    with transaction.atomic():
        if Balance.objects.of(tenant).filter(exhausted_at=None).update(exhausted_at=at):
            _begin(tenant, WarningKind.EXHAUSTED, available=available, at=at)
            _send(balance_exhausted, tenant, available=available, at=at)


def tell_cap(tenant: Tenant, kind: WarningKind, *, since: datetime, available: Decimal, at: datetime) -> None:
    """Say once a day, or once a month, that its limit is reached; ``since`` is when the period began."""
    with transaction.atomic():
        BalanceWarning.objects.of(tenant).open().filter(kind=kind, created_at__lt=since).update(over_at=at)
        if _begin(tenant, kind, available=available, at=at):
            _send(spend_cap_reached, tenant, kind=kind.value, at=at)


def tell_runway(tenant: Tenant, *, days: Decimal, available: Decimal, at: datetime) -> bool:
    """Begin the warning of a balance that lasts a few days more; false when it stands already."""
    with transaction.atomic():
        return _begin(tenant, WarningKind.RUNWAY, available=available, days=days, at=at)


def end(tenant: Tenant, kinds: list[WarningKind], *, at: datetime) -> None:
    """End warnings whose reason is gone."""
    BalanceWarning.objects.of(tenant).open().filter(kind__in=kinds).update(over_at=at)


def tell_owners(*, at: datetime) -> int:
    """Write to the owners who have not been told yet; return to how many.

    A letter is claimed before it is sent: one that could not be sent is not
    repeated to somebody who may have got it, and the page shows the warning anyway.
    """
    untold = BalanceWarning.objects.untold().filter(created_at__gt=at - timedelta(days=1))
    sent = 0
    for warning in untold.select_related("tenant__owner").order_by("pk")[:BATCH]:
        owner = warning.tenant.owner
        claimed = BalanceWarning.objects.untold().filter(pk=warning.pk).update(told_at=at)
        if claimed and owner and owner.is_active:
            letters.send(
                "balance_warning",
                to=owner.email,
                language=owner.language_code,
                user=owner,
                warning=warning,
                url=letters.absolute(reverse("balance")),
            )
            sent += 1
    return sent


def _begin(tenant: Tenant, kind: WarningKind, *, available: Decimal, at: datetime, days: Decimal | None = None) -> bool:
    """Write a warning down unless one of its kind stands; called in a transaction."""
    try:
        with transaction.atomic():
            BalanceWarning.objects.create(
                tenant=tenant, kind=kind, available=max(available, NOTHING), days=days, created_at=at
            )
    except IntegrityError:
        return False
    transaction.on_commit(partial(tasks.tell_owners.delay), robust=True)
    return True


def _send(signal: Signal, tenant: Tenant, **facts: Any) -> None:
    transaction.on_commit(partial(signal.send_robust, sender=Tenant, tenant_id=tenant.pk, **facts))

"""Who runs out of money soon, at the speed of the last days."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import F, Min, Sum

from accounts.models import Tenant
from billing.enums import WarningKind
from billing.models import Balance, BalanceHour, BalanceWarning
from billing.reports.statements import USUAL_DAYS
from billing.services import warnings

NEW_DAYS = 2


def watch_runway(*, at: datetime) -> int:
    """Warn of balances that last a few days only, end the warnings of others; return how many began.

    A shop younger than two days of spending has no usual day yet.
    """
    hours = BalanceHour.objects.between(at - timedelta(days=USUAL_DAYS), None).spending()
    spent = hours.values("tenant_id").annotate(spent=-Sum(F("came") + F("went")), first=Min("hour"))
    usual = {
        row["tenant_id"]: row["spent"] / USUAL_DAYS
        for row in spent
        if row["spent"] > 0 and row["first"] <= at - timedelta(days=NEW_DAYS)
    }
    line, began = Decimal(settings.RUNWAY_LOW_DAYS), 0
    short: set[int] = set()
    for balance in Balance.objects.filter(tenant__in=usual, tenant__is_active=True).select_related("tenant"):
        days = (balance.available / usual[balance.tenant_id]).quantize(Decimal("0.1"))
        if days < line and balance.available > 0:
            short.add(balance.tenant_id)
            began += warnings.tell_runway(balance.tenant, days=days, available=balance.available, at=at)
    standing = BalanceWarning.objects.open().filter(kind=WarningKind.RUNWAY).exclude(tenant__in=short)
    for tenant in Tenant.objects.filter(pk__in=standing.values("tenant")):
        warnings.end(tenant, [WarningKind.RUNWAY], at=at)
    return began

"""What complaints brought: by reason, product and month."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncMonth

from accounts.models import Tenant
from marketplace.enums import ComplaintReason, ComplaintStatus, LoggedEntity
from marketplace.models import AiLog, ReviewComplaint

Z: Final = 1.96  # 95 %
MOST_PRODUCTS: Final = 50
MOSCOW: Final = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Line:
    """One reason, product or month."""

    label: str
    filed: int
    decided: int
    approved: int
    decision_time: timedelta | None
    cost: Decimal
    price: Decimal

    @property
    def rate(self) -> float | None:
        """Return the share of decided complaints that won."""
        return self.approved / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the 95 % confidence interval of the share (Wilson)."""
        return wilson(self.approved, self.decided)

    @property
    def percents(self) -> tuple[int, int, int] | None:
        """Return the share and its interval in percent."""
        interval = self.interval
        if self.rate is None or interval is None:
            return None
        return round(self.rate * 100), round(interval[0] * 100), round(interval[1] * 100)

    @property
    def days(self) -> float | None:
        """Return how long Wildberries took on average, in days."""
        return self.decision_time.total_seconds() / 86_400 if self.decision_time else None

    @property
    def cost_per_win(self) -> Decimal | None:
        """Return what drafting cost per complaint won, in dollars."""
        return self.cost / self.approved if self.approved else None

    @property
    def price_per_win(self) -> Decimal | None:
        """Return what drafting cost the shop per complaint won, in roubles."""
        return self.price / self.approved if self.approved else None


def wilson(won: int, total: int) -> tuple[float, float] | None:
    """Return the 95 % confidence interval of a share."""
    if not total:
        return None
    share, spread = won / total, Z * Z / total
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def filed_by(tenant: Tenant, *, since: datetime | None = None, store: Any = None) -> "QuerySet[ReviewComplaint]":
    """Return the complaints that were filed."""
    found = ReviewComplaint.objects.of(tenant).filter(sent_at__isnull=False).annotate(price=_PRICE)
    if since is not None:
        found = found.filter(sent_at__gte=since)
    return found.filter(store=store) if store is not None else found


def total(complaints: "QuerySet[ReviewComplaint]") -> Line:
    """Return all of them as one line."""
    return _line("", complaints.aggregate(**_SUMS))


def by_reason(complaints: "QuerySet[ReviewComplaint]") -> list[Line]:
    """Return a line per reason, the most filed first."""
    rows = _grouped(complaints, "reason_id").order_by("-filed", "reason_id")
    return [_line(str(ComplaintReason(row["reason_id"]).label), row) for row in rows]


def by_product(complaints: "QuerySet[ReviewComplaint]") -> list[Line]:
    """Return a line per product, the most filed first."""
    rows = _grouped(complaints, "product_id", "product__name").order_by("-filed", "product_id")
    return [_line(row["product__name"], row) for row in rows[:MOST_PRODUCTS]]


def by_month(complaints: "QuerySet[ReviewComplaint]") -> list[Line]:
    """Return a line per month in which complaints were filed, by Moscow's calendar."""
    rows = _grouped(complaints.annotate(month=TruncMonth("sent_at", tzinfo=MOSCOW)), "month").order_by("month")
    return [_line(row["month"].strftime("%Y-%m"), row) for row in rows]


def _grouped(complaints: Any, *fields: str) -> Any:
    return complaints.values(*fields).annotate(**_SUMS)


def _line(label: str, row: dict[str, Any]) -> Line:
    return Line(
        label=label,
        filed=row["filed"],
        decided=row["decided"],
        approved=row["approved"],
        decision_time=row["decision_time"],
        cost=row["cost"] or Decimal(0),
        price=row["price_sum"] or Decimal(0),
    )


_LOGGED: Final = (
    AiLog.objects.filter(tenant=OuterRef("tenant"), entity_type=LoggedEntity.COMPLAINT, entity_id=OuterRef("pk"))
    .order_by()
    .values("entity_id")
    .annotate(sum=Sum("price"))
)
_PRICE: Final = Subquery(_LOGGED.values("sum"))
_TOOK: Final = ExpressionWrapper(F("moderated_at") - F("sent_at"), output_field=DurationField())
_SUMS: Final[dict[str, Any]] = {
    "filed": Count("pk"),
    "decided": Count("pk", filter=Q(status__in=(ComplaintStatus.APPROVED, ComplaintStatus.REJECTED))),
    "approved": Count("pk", filter=Q(status=ComplaintStatus.APPROVED)),
    "decision_time": Avg(_TOOK, filter=Q(moderated_at__gte=F("sent_at"))),
    "cost": Sum("ai_cost_usd"),
    "price_sum": Sum("price"),
}

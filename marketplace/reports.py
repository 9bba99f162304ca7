"""The reputation of a shop in numbers, read from what was counted by day.

The rating is the plain mean of the counted stars. Wildberries publishes no
formula with weights, so this is an assumption; ``docs/chats.md`` says so.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from accounts.models import Tenant
from marketplace.enums import ComplaintStatus, LoggedAction, SequenceStatus, StopReason
from marketplace.models import AiLog, ChatAutoSequence, Product, ReviewComplaint, ReviewDay, Store, TopicDay
from marketplace.models.reputation import STARS
from marketplace.topics import TOPICS

BEST: Final = 5
WORST_GOOD: Final = 3
POINTS: Final = 60
PRODUCTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a report is about: a tenant's stores or one of them, perhaps one product, from one day to another."""

    tenant: Tenant
    first: date
    last: date
    store: Store | None = None
    product: Product | None = None

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    def before(self) -> "Scope":
        """Return the period of the same length that ended when this one began."""
        last = self.first - timedelta(days=1)
        first = last - timedelta(days=self.days - 1)
        return Scope(tenant=self.tenant, first=first, last=last, store=self.store, product=self.product)

    def rows(self, model: Any) -> "QuerySet[Any]":
        """Return the counted rows of a model in this scope, of all days."""
        found: QuerySet[Any] = model.objects.of(self.tenant)
        stores = [self.store.pk] if self.store else list(Store.objects.of(self.tenant).values_list("pk", flat=True))
        found = found.filter(store__in=stores)
        return found.filter(product=self.product) if self.product else found

    def within(self, model: Any) -> "QuerySet[Any]":
        """Return the counted rows of the period."""
        return self.rows(model).filter(day__range=(self.first, self.last))


@dataclass(frozen=True, slots=True)
class Stars:
    """How many reviews there were with each number of stars."""

    counts: tuple[int, ...]
    answered: int = 0
    seconds: int = 0

    @property
    def count(self) -> int:
        """Return how many there were."""
        return sum(self.counts)

    @property
    def mean(self) -> float | None:
        """Return the rating."""
        return sum(star * n for star, n in zip(STARS, self.counts, strict=True)) / self.count if self.count else None

    @property
    def negative(self) -> float | None:
        """Return the share of three stars and fewer, in percent."""
        return 100 * sum(self.counts[:WORST_GOOD]) / self.count if self.count else None

    @property
    def answer_hours(self) -> float | None:
        """Return how long an answer took on average."""
        return self.seconds / self.answered / 3600 if self.answered else None

    @property
    def answered_share(self) -> float | None:
        """Return the share of answered reviews, in percent."""
        return 100 * self.answered / self.count if self.count else None


SUMS: Final = {
    **{f"n{star}": Sum(f"stars_{star}") for star in STARS},
    "answers": Sum("answered"),
    "seconds": Sum("answer_seconds"),
}


def _stars(row: dict[str, Any]) -> Stars:
    return Stars(tuple(row[f"n{star}"] or 0 for star in STARS), row["answers"] or 0, row["seconds"] or 0)


def summary(scope: Scope) -> Stars:
    """Return the stars of the period."""
    return _stars(scope.within(ReviewDay).aggregate(**SUMS))


def standing(scope: Scope) -> Stars:
    """Return the stars of all time up to the period's end: what the rating is made of."""
    return _stars(scope.rows(ReviewDay).filter(day__lte=scope.last).aggregate(**SUMS))


def trend(scope: Scope) -> list[dict[str, Any]]:
    """Return the period in at most sixty steps of equal length: reviews, their mean, and the standing rating."""
    per_day = {row["day"]: _stars(row) for row in scope.within(ReviewDay).order_by().values("day").annotate(**SUMS)}
    base = _stars(scope.rows(ReviewDay).filter(day__lt=scope.first).aggregate(**SUMS))
    counts, size, points = list(base.counts), math.ceil(scope.days / POINTS), []
    for start in range(0, scope.days, size):
        days = [scope.first + timedelta(days=n) for n in range(start, min(start + size, scope.days))]
        part = [sum(per_day[day].counts[i] for day in days if day in per_day) for i in range(len(STARS))]
        counts = [a + b for a, b in zip(counts, part, strict=True)]
        step = Stars(tuple(part))
        points.append(
            {"day": days[0], "count": step.count, "negative": sum(part[:WORST_GOOD]), "mean": step.mean,
             "rating": Stars(tuple(counts)).mean}
        )  # fmt: skip
    return points


def needed(stars: Stars, target: Decimal) -> int | None:
    """Return how many further five-star reviews lift the mean to ``target``; none where no number does.

    n five-star reviews make (S + 5n) / (N + n) ≥ T, so n = ⌈(T·N − S) / (5 − T)⌉.
    """
    if not stars.count or target >= BEST:
        return None
    total = sum(star * n for star, n in zip(STARS, stars.counts, strict=True))
    return max(0, math.ceil((target * stars.count - total) / (BEST - target)))


def gain(stars: Stars, star: int, *, removed: int = 1) -> float | None:
    """Return by how much the mean rises when ``removed`` reviews with ``star`` stars leave it."""
    if stars.mean is None or stars.counts[star - 1] < removed or stars.count <= removed:
        return None
    total = sum(s * n for s, n in zip(STARS, stars.counts, strict=True))
    return (total - star * removed) / (stars.count - removed) - stars.mean


def products(scope: Scope, *, target: Decimal) -> list[dict[str, Any]]:
    """Return the products with the most bad reviews of the period, and what would lift each."""
    bad = F("n1") + F("n2") + F("n3")
    rows = scope.within(ReviewDay).order_by().values("product").annotate(**SUMS).order_by((bad).desc(), "product")
    worst = {row["product"]: _stars(row) for row in rows[:PRODUCTS]}
    whole = scope.rows(ReviewDay).filter(product__in=list(worst), day__lte=scope.last).order_by()
    now = {row["product"]: _stars(row) for row in whole.values("product").annotate(**SUMS)}
    known = Product.objects.in_bulk(list(worst))
    return [
        {
            "product": known[pk],
            "period": stars,
            "standing": now[pk],
            "needed": needed(now[pk], target),
            "gain": gain(now[pk], next((star for star in STARS if now[pk].counts[star - 1]), 1)),
        }
        for pk, stars in worst.items()
    ]


def topics(scope: Scope) -> list[dict[str, Any]]:
    """Return what bad reviews of the period named, product by product, with the day each topic first came up."""
    rows = scope.within(TopicDay).order_by().values("product", "topic").annotate(n=Sum("count")).order_by("-n")[:40]
    rows = list(rows)
    pairs = Q(pk=None)
    for row in rows:
        pairs |= Q(product=row["product"], topic=row["topic"])
    first = scope.rows(TopicDay).filter(pairs).order_by().values("product", "topic").annotate(day=Min("day"))
    since = {(row["product"], row["topic"]): row["day"] for row in first}
    names = Product.objects.in_bulk({row["product"] for row in rows})
    return [
        {
            "product": names[row["product"]],
            "topic": row["topic"],
            "label": TOPICS[row["topic"]].label,
            "is_defect": TOPICS[row["topic"]].is_defect,
            "count": row["n"],
            "first": since[row["product"], row["topic"]],
            "is_new": since[row["product"], row["topic"]] >= scope.first,
        }
        for row in rows
        if row["topic"] in TOPICS
    ]


def complaints(scope: Scope) -> list[dict[str, Any]]:
    """Return what became of the complaints sent in the period, per reason."""
    rows = scope.rows(ReviewComplaint).filter(sent_at__date__range=(scope.first, scope.last)).order_by()
    counted = rows.values("reason_id", "reason_name").annotate(
        sent=Count("pk"),
        approved=Count("pk", filter=Q(status=ComplaintStatus.APPROVED)),
        rejected=Count("pk", filter=Q(status=ComplaintStatus.REJECTED)),
    )
    return [
        {**row, "rate": 100 * row["approved"] / decided if (decided := row["approved"] + row["rejected"]) else None}
        for row in counted.order_by("-sent")
    ]


def sequences(scope: Scope) -> list[dict[str, Any]]:
    """Return how many chats with reminders were answered, per template."""
    stores = [scope.store] if scope.store else Store.objects.of(scope.tenant)
    rows = ChatAutoSequence.objects.of(scope.tenant).filter(store__in=stores)
    rows = rows.filter(started_at__date__range=(scope.first, scope.last)).order_by()
    counted = rows.values(name=F("template__name")).annotate(
        started=Count("pk"),
        running=Count("pk", filter=Q(status=SequenceStatus.ACTIVE)),
        replied=Count("pk", filter=Q(stop_reason=StopReason.CLIENT_REPLIED)),
        sent=Sum("current_step"),
    )
    return [{**row, "rate": 100 * row["replied"] / row["started"]} for row in counted.order_by("-started")]


def costs(scope: Scope) -> list[dict[str, Any]]:
    """Return what the models cost in the period, per kind of work and per result."""
    stores = [scope.store] if scope.store else Store.objects.of(scope.tenant)
    rows = AiLog.objects.of(scope.tenant).filter(store__in=stores)
    rows = rows.filter(created_at__date__range=(scope.first, scope.last)).order_by()
    counted = rows.values("action").annotate(
        calls=Count("pk"), results=Count("pk", filter=Q(error=None)), cost=Sum("cost_usd"), price=Sum("price")
    )
    labels = dict(LoggedAction.choices)
    return [
        {
            **row,
            "label": labels[row["action"]],
            "each": row["cost"] / row["results"] if row["cost"] and row["results"] else None,
            "price_each": row["price"] / row["results"] if row["price"] and row["results"] else None,
        }
        for row in counted
    ]

"""What services cost a shop: by day, by service, by assistant, by channel."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import F, Sum
from django.db.models.functions import TruncDate
from django.utils.timezone import get_current_timezone, localtime

from accounts.models import Tenant
from billing.enums import TransactionType
from billing.models import BalanceHour
from billing.models.ledger import NOTHING
from billing.ports import assistant_names, channel_label

PERIODS: Final = (7, 30, 90)
TALLEST: Final = 100
STEP: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day's bar: how high it is of the highest, and what it stands for."""

    on: date
    spent: Decimal
    entries: int
    height: int
    x: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one service, assistant or channel cost; ``percent`` of everything."""

    key: str
    name: str
    spent: Decimal
    entries: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a shop paid for over some days."""

    days: Sequence[Day]
    services: Sequence[Line]
    assistants: Sequence[Line]
    channels: Sequence[Line]
    spent: Decimal
    entries: int

    @property
    def width(self) -> int:
        """How wide the chart is."""
        return len(self.days) * STEP


def usage_of(tenant: Tenant, *, days: int, at: datetime) -> Usage:
    """Return what the last ``days`` days cost, today included; days are the reader's."""
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - timedelta(days=days - 1)
    hours = BalanceHour.objects.of(tenant).between(first, None).spending()
    by_day = hours.annotate(on=TruncDate("hour", tzinfo=get_current_timezone()))
    rows: list[Any] = list(
        by_day.values("on", "kind", "assistant_id", "channel").annotate(
            spent=-Sum(F("came") + F("went")), count=Sum("entries")
        )
    )
    names = assistant_names(tenant)
    total = sum((row["spent"] for row in rows), NOTHING)
    return Usage(
        days=_bars([first.date() + timedelta(days=number) for number in range(days)], rows),
        services=_lines(rows, "kind", total, lambda key: str(TransactionType(key).label)),
        assistants=_lines(rows, "assistant_id", total, lambda key: names.get(key, "")),
        channels=_lines(rows, "channel", total, channel_label),
        spent=total,
        entries=sum(row["count"] for row in rows),
    )


def _bars(days: Iterable[date], rows: Iterable[dict[str, Any]]) -> list[Day]:
    spent: dict[date, Decimal] = defaultdict(lambda: NOTHING)
    entries: dict[date, int] = defaultdict(int)
    for row in rows:
        spent[row["on"]] += row["spent"]
        entries[row["on"]] += row["count"]
    most = max(spent.values(), default=NOTHING)
    return [
        Day(
            on=day,
            spent=spent[day],
            entries=entries[day],
            height=max(round(spent[day] * TALLEST / most), 1) if most > 0 and spent[day] > 0 else 0,
            x=number * STEP,
        )
        for number, day in enumerate(days)
    ]


def _lines(rows: Iterable[dict[str, Any]], column: str, total: Decimal, name: Any) -> list[Line]:
    """Return the costliest first; what belongs to nothing named comes without a name."""
    spent: dict[Any, Decimal] = defaultdict(lambda: NOTHING)
    entries: dict[Any, int] = defaultdict(int)
    for row in rows:
        spent[row[column]] += row["spent"]
        entries[row[column]] += row["count"]
    return [
        Line(
            key=str(key),
            name=name(key),
            spent=amount,
            entries=entries[key],
            percent=round(amount * 100 / total) if total > 0 else 0,
        )
        for key, amount in sorted(spent.items(), key=lambda item: -item[1])
    ]

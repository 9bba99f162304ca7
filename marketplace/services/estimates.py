"""How likely a complaint wins, from what became of earlier ones.

Without history one in ten wins (Beta(1, 9)). All shops' decided complaints with
the same reason and the same kind of evidence move that; the shop's own move it
further, with the pooled rate as their prior, worth ten complaints.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet

from accounts.models import Tenant
from marketplace.enums import ComplaintReason, ComplaintStatus
from marketplace.models import ReviewComplaint

PRIOR_WON: Final = 1
PRIOR_LOST: Final = 9
PRIOR_WEIGHT: Final = 10
TOO_UNLIKELY: Final = 0.06
POOL_KEPT: Final = 600  # seconds
POOL_KEY: Final = "marketplace:complaint-outcomes"

Key = tuple[int, bool]
Tally = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The chance to win, and what it was reckoned from."""

    chance: float
    own_won: int
    own_decided: int
    pooled_won: int
    pooled_decided: int
    has_evidence: bool

    @property
    def percent(self) -> int:
        """Return the chance in percent."""
        return round(self.chance * 100)

    @property
    def is_worth_filing(self) -> bool:
        """Say whether the one complaint this review may get is well spent now."""
        return self.has_evidence and self.chance >= TOO_UNLIKELY


@dataclass(frozen=True, slots=True)
class History:
    """Won and decided complaints by reason and kind of evidence: the shop's own and everybody's."""

    own: Mapping[Key, Tally]
    pooled: Mapping[Key, Tally]

    def estimate(self, reason: ComplaintReason | int, *, has_evidence: bool) -> Estimate:
        """Return the chance of a complaint with this reason."""
        key = (int(reason), has_evidence)
        pooled_won, pooled_decided = self.pooled.get(key, (0, 0))
        own_won, own_decided = self.own.get(key, (0, 0))
        pooled = (PRIOR_WON + pooled_won) / (PRIOR_WON + PRIOR_LOST + pooled_decided)
        chance = (PRIOR_WEIGHT * pooled + own_won) / (PRIOR_WEIGHT + own_decided)
        return Estimate(
            chance=chance,
            own_won=own_won,
            own_decided=own_decided,
            pooled_won=pooled_won,
            pooled_decided=pooled_decided,
            has_evidence=has_evidence,
        )


def history_of(tenant: Tenant) -> History:
    """Return what the chances of a shop's complaints are reckoned from; of other shops only sums are used."""
    own = _tally(ReviewComplaint.objects.of(tenant))
    everybody: Mapping[Key, Tally] = cache.get_or_set(  # type: ignore[assignment]  # the cache keeps anything
        POOL_KEY, lambda: _tally(ReviewComplaint.objects.all()), POOL_KEPT
    )
    pooled = {
        key: (max(won - own.get(key, (0, 0))[0], 0), max(decided - own.get(key, (0, 0))[1], 0))
        for key, (won, decided) in everybody.items()
    }
    return History(own=own, pooled=pooled)


def _tally(complaints: "QuerySet[ReviewComplaint]") -> dict[Key, Tally]:
    decided = complaints.filter(status__in=(ComplaintStatus.APPROVED, ComplaintStatus.REJECTED))
    counted = (
        decided.annotate(is_bare=Q(evidence=[]))
        .values_list("reason_id", "is_bare")
        .annotate(won=Count("pk", filter=Q(status=ComplaintStatus.APPROVED)), decided=Count("pk"))
        .order_by()
    )
    return {(reason, not is_bare): (won, total) for reason, is_bare, won, total in counted}

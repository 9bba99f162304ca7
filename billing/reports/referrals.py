"""What an invitation brought: who opened it, who signed up, who paid, and what that earned."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from accounts.models import Tenant
from billing.enums import RewardStatus
from billing.models import Referral, ReferralCode, ReferralReward
from billing.models.ledger import NOTHING

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """How many came how far, and the money of it."""

    clicks: int
    signed_up: int
    paying: int
    held: Decimal
    paid: Decimal
    rewards: Sequence[ReferralReward]
    guests: Sequence[Referral]

    @property
    def steps(self) -> list[tuple[str, int, int]]:
        """Return each step with its number and its percent of the first."""
        most = max(self.clicks, self.signed_up, 1)
        named = (("clicks", self.clicks), ("signed_up", self.signed_up), ("paying", self.paying))
        return [(name, count, round(count * 100 / most)) for name, count in named]


def funnel_of(tenant: Tenant, code: ReferralCode) -> Funnel:
    """Return what the invitation of ``tenant`` brought."""
    guests = Referral.objects.of(tenant)
    rewards = ReferralReward.objects.of(tenant)
    sums = rewards.aggregate(
        held=Sum("amount", filter=Q(status=RewardStatus.HELD)), paid=Sum("amount", filter=Q(status=RewardStatus.PAID))
    )
    people = guests.select_related("referred_tenant").annotate(top_ups=Count("rewards")).order_by("-pk")
    return Funnel(
        clicks=code.clicks,
        signed_up=guests.count(),
        paying=guests.filter(rewards__isnull=False).distinct().count(),
        held=sums["held"] or NOTHING,
        paid=sums["paid"] or NOTHING,
        rewards=list(rewards.select_related("referral__referred_tenant").order_by("-pk")[:SHOWN]),
        guests=list(people[:SHOWN]),
    )

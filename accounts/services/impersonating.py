"""Staff sees a shop with the eyes of one of its people: with a reason, for a while, everything written down."""

from datetime import datetime, timedelta
from typing import Final

from accounts.errors import ImpersonationRefused
from accounts.models import Impersonation, ImpersonationStep, Membership, Tenant, User
from accounts.models.office import SHORTEST_REASON

MINUTES: Final = (15, 30, 60)
LONGEST_PATH: Final = 500


def begin_impersonation(
    tenant: Tenant, *, person: User, staff: User, reason: str, minutes: int, at: datetime
) -> Impersonation:
    """Let a member of staff see the shop as ``person`` does.

    Raises:
        ImpersonationRefused: the person is no active member, or is staff; the reason or the time is none.
    """
    is_member = Membership.objects.of(tenant).filter(user=person).exists()
    is_ordinary = person.is_active and person.is_approved and not person.is_staff and not person.is_superuser
    if not (is_member and is_ordinary and tenant.is_active and staff.is_staff):
        raise ImpersonationRefused
    if len(reason.strip()) < SHORTEST_REASON or minutes not in MINUTES:
        raise ImpersonationRefused
    return Impersonation.objects.create(
        tenant=tenant,
        staff=staff,
        person=person,
        reason=reason.strip(),
        expires_at=at + timedelta(minutes=minutes),
        created_at=at,
    )


def end_impersonation(impersonation: Impersonation, *, at: datetime) -> None:
    """End it; ending twice changes nothing."""
    Impersonation.objects.filter(pk=impersonation.pk, ended_at=None).update(ended_at=at)


def note_step(impersonation: Impersonation, *, method: str, path: str, status: int, at: datetime) -> None:
    """Write down what was opened or tried."""
    ImpersonationStep.objects.create(
        impersonation=impersonation, method=method[:8], path=path[:LONGEST_PATH], status=status, created_at=at
    )

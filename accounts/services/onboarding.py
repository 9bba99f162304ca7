"""The first steps of a new shop: one after the other, any of them skipped, at any later time; the welcome, once."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Greatest

from accounts.enums import FunnelStage, Role
from accounts.models import Tenant, User
from accounts.ports import FirstStep, first_steps, fulfilled
from accounts.services.access import require_role
from accounts.services.funnel import note

LAST: Final = 5


@transaction.atomic
def leave_step(user: User, tenant: Tenant, *, number: int, at: datetime, skipped: bool = False) -> Any:
    """Go on from a step that was done or skipped; the first one brings the welcome bonus.

    Returns:
        The bonus, if this call was the one that brought it.

    Raises:
        RoleRequired: the person does not administer the shop.
    """
    require_role(user, tenant, Role.ADMIN)
    stage = FunnelStage.STEP_SKIPPED if skipped else FunnelStage.STEP_DONE
    note(stage, user=user, at=at, step=number, tenant=str(tenant.uuid))
    following = min(number + 1, LAST)
    User.objects.filter(pk=user.pk).update(onboarding_step=Greatest("onboarding_step", following))
    user.onboarding_step = max(user.onboarding_step, following)
    return None if skipped else welcome(user, tenant, at=at)


@transaction.atomic
def launch(user: User, tenant: Tenant, *, at: datetime) -> bool:
    """Finish the first steps, done or not; say whether this call did."""
    require_role(user, tenant, Role.ADMIN)
    if not User.objects.filter(pk=user.pk, onboarding_completed=False).update(
        onboarding_completed=True, onboarding_step=LAST
    ):
        return False
    user.onboarding_completed, user.onboarding_step = True, LAST
    note(FunnelStage.LAUNCHED, user=user, at=at, tenant=str(tenant.uuid))
    return True


@transaction.atomic
def welcome(user: User, tenant: Tenant, *, at: datetime) -> Any:
    """Give the welcome bonus to a person's first own shop, once in their life; return it or nothing."""
    if tenant.is_demo or tenant.owner_id != user.pk or fulfilled.welcome is None:
        return None
    if not User.objects.filter(pk=user.pk, welcome_bonus_received=False).update(welcome_bonus_received=True):
        return None
    user.welcome_bonus_received = True
    return fulfilled.welcome(tenant, user, at)


def checklist(tenant: Tenant) -> list[tuple[FirstStep, bool]]:
    """Return every step with whether the shop has it."""
    return [(step, step.is_done(tenant)) for step in first_steps()]


def wants_checklist(user: User, tenant: Tenant | None) -> bool:
    """Say whether the home page reminds this person of the first steps."""
    return bool(tenant) and not user.onboarding_completed and tenant.owner_id == user.pk and not tenant.is_demo  # type: ignore[union-attr]  # bool() has looked

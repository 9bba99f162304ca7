"""First steps of visitors and new members, and whose they were."""

from datetime import datetime, timedelta
from typing import Any, Final

from accounts.enums import FunnelStage, SettingCategory
from accounts.models import StartPageEvent, User
from accounts.services.system import setting

BATCH: Final = 5_000


def note(
    stage: FunnelStage,
    *,
    at: datetime,
    session_id: str = "",
    user: User | None = None,
    step: int | None = None,
    **properties: Any,
) -> StartPageEvent | None:
    """Note a step on the way, the first time a visitor or member takes it."""
    whose = {"user": user} if user else {"session_id": session_id}
    if StartPageEvent.objects.filter(**whose, event_type=stage, step=step).exists():
        return None
    session_id = session_id or (f"user:{user.uuid}" if user else "")
    return StartPageEvent.objects.create(
        session_id=session_id, event_type=stage, step=step, user=user, properties=properties, created_at=at
    )


def stitch(user: User, *, session_id: str) -> int:
    """Give what an anonymous visitor did to the person they became; return how many steps that were."""
    return StartPageEvent.objects.filter(session_id=session_id, user=None).update(user=user) if session_id else 0


def purge_funnel(*, at: datetime) -> int:
    """Forget old steps, a batch at a time; return how many."""
    until = at - timedelta(days=setting(SettingCategory.LIMITS, "funnel_days"))
    keys = list(StartPageEvent.objects.filter(created_at__lt=until).order_by("pk").values_list("pk", flat=True)[:BATCH])
    return StartPageEvent.objects.filter(pk__in=keys).delete()[0]

"""How many of those who come get as far as a working assistant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, F
from django.db.models.functions import Cast, Coalesce

from accounts.enums import FunnelStage
from accounts.models import StartPageEvent
from accounts.ports import first_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the funnel: how many came so far, and what share of the first and of the one before."""

    name: str
    label: Any
    people: int
    of_first: int
    of_previous: int
    skipped: int = 0


def funnel(*, since: datetime, until: datetime) -> list[Stage]:
    """Return the stages of those whose first trace lies in the time given, in their order.

    A visitor and the person they became count once.
    """
    whose = Coalesce(Cast("user_id", CharField()), F("session_id"))
    rows = StartPageEvent.objects.filter(created_at__gte=since, created_at__lt=until).annotate(whose=whose)
    counted = rows.values_list("event_type", "step").annotate(people=Count("whose", distinct=True))
    people = {(stage, step): count for stage, step, count in counted}
    plain = (FunnelStage.ARRIVED, FunnelStage.SIGNUP_OPENED, FunnelStage.REGISTERED)
    names: list[tuple[Any, int | None, Any]] = [
        *((stage, None, stage.label) for stage in (*plain, FunnelStage.CONFIRMED, FunnelStage.APPROVED)),
        *((FunnelStage.STEP_DONE, step.number, step.title) for step in first_steps()[:-1]),
        (FunnelStage.LAUNCHED, None, FunnelStage.LAUNCHED.label),
    ]
    first = max(people.get((FunnelStage.ARRIVED, None), 0), people.get((FunnelStage.SIGNUP_OPENED, None), 0))
    stages: list[Stage] = []
    before = first
    for stage, step, label in names:
        count = people.get((stage, step), 0)
        stages.append(
            Stage(
                name=f"{stage}-{step}" if step is not None else str(stage),
                label=label,
                people=count,
                of_first=_share(count, first),
                of_previous=_share(count, before),
                skipped=people.get((FunnelStage.STEP_SKIPPED, step), 0) if step is not None else 0,
            )
        )
        before = count
    return stages


def _share(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0

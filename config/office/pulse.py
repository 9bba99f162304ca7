"""How the system is doing at this moment: the strip at the top of the admin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.cache import caches
from django.db.models import Min, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import WebhookDelivery
from config.admin import environment_label
from config.database import health, safety
from config.database.answers import Answer, State, select, worst
from config.schedule import DEFAULT_QUEUE, ROUTES
from config.traffic import Traffic, depths, traffic
from dialogs.models import AnswerRun, DialogMessage
from knowledge.models import Document
from marketplace.models import Outgoing, StoreSync
from operators.models import TicketMirror

LATE: Final = timedelta(minutes=2)
VERY_LATE: Final = timedelta(minutes=15)
SLOW_MODEL: Final = 10.0  # seconds
BAD_RATE, VERY_BAD_RATE = 1.0, 5.0  # percent
RECENT_CALLS: Final = 2000
KEPT: Final = 60  # seconds that the lamp of the database is believed
MOST: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    """One thing that is well or not."""

    name: str
    title: str
    value: str
    note: str = ""
    state: State = State.OK
    url: str = ""


def lamps(request: HttpRequest, *, at: datetime) -> list[Lamp]:
    """Return the strip."""
    seen = traffic()
    return [_environment(request), *_queues(at), *_of_traffic(seen), _model(at), _polling(at), _database(at)]


def _environment(request: HttpRequest) -> Lamp:
    label = environment_label(request)
    return Lamp(
        name="environment",
        title=_("Environment"),
        value=label[0] if label else _("Production"),
        state=State.NOTE if label else State.OK,
    )


def waiting(at: datetime) -> dict[str, list[tuple[QuerySet[Any], str]]]:
    """Return the work of each queue as the database knows it, and since when it is due."""
    return {
        "answers": [(AnswerRun.objects.overdue(at=at), "due_at")],
        DEFAULT_QUEUE: [(DialogMessage.objects.due(at=at), "created_at")],
        "embedding": [(Document.objects.unfinished(), "updated_at")],
        "sync": [(StoreSync.objects.due(at=at), "next_run_at"), (Outgoing.objects.due(at=at), "due_at")],
        "webhooks": [
            (WebhookDelivery.objects.due(at=at), "next_attempt_at"),
            (TicketMirror.objects.due(at=at), "next_attempt_at"),
        ],
    }


def _queues(at: datetime) -> list[Lamp]:
    names = sorted({DEFAULT_QUEUE, *(route["queue"] for route in ROUTES.values())})
    hints = depths(names)
    work = waiting(at)
    shown = []
    for name in names:
        rows = [
            (found[: MOST + 1].count(), found.aggregate(oldest=Min(field))["oldest"]) for found, field in work[name]
        ]
        count = sum(number for number, _oldest in rows)
        oldest = min((since for _number, since in rows if since is not None), default=None)
        age = max(at - oldest, timedelta()) if oldest else timedelta()
        depth = hints[name] if hints else None
        shown.append(
            Lamp(
                name=f"queue-{name}",
                title=_("Queue “{name}”").format(name=name),
                value=str(count),
                note=_("oldest waits {age}").format(age=duration(age)) if oldest else _("nothing waits"),
                state=_lateness(age) if depth is not None else State.WARNING,
            )
        )
    return shown


def _lateness(age: timedelta) -> State:
    return State.OK if age < LATE else State.WARNING if age < VERY_LATE else State.ERROR


def _of_traffic(seen: Traffic | None) -> list[Lamp]:
    if seen is None:
        away = _("Redis is away")
        return [
            Lamp(name="sockets", title=_("Sockets"), value="—", note=away, state=State.ERROR),
            Lamp(name="errors", title=_("Errors"), value="—", note=away, state=State.ERROR),
        ]
    rate = seen.failure_rate
    return [
        Lamp(name="sockets", title=_("Sockets"), value=str(seen.sockets), note=_("open now")),
        Lamp(
            name="errors",
            title=_("Errors"),
            value=f"{rate:.1f} %",
            note=ngettext("of {count} request in 15 min", "of {count} requests in 15 min", seen.requests).format(
                count=seen.requests
            ),
            state=State.OK if rate < BAD_RATE else State.WARNING if rate < VERY_BAD_RATE else State.ERROR,
        ),
    ]


def _model(at: datetime) -> Lamp:
    ((count, seconds, failed),) = select(
        "SELECT count(*), percentile_cont(0.95) WITHIN GROUP (ORDER BY response_time) FILTER (WHERE success), "
        "count(*) FILTER (WHERE NOT success) FROM (SELECT response_time, success FROM ai_token_usage "
        "WHERE request_type = 'chat' AND created_at > %s ORDER BY created_at DESC LIMIT %s) AS recent",
        at - timedelta(hours=24),
        RECENT_CALLS,
    )
    title, url = _("Model, 95 %"), reverse("admin:assistants_aitokenusage_changelist")
    if not count:
        return Lamp(name="model", title=title, value="—", note=_("no calls in a day"), url=url)
    return Lamp(
        name="model",
        title=title,
        value=_("{seconds:.1f} s").format(seconds=seconds or 0),
        note=ngettext("{failed} of {count} call failed", "{failed} of {count} calls failed", count).format(
            failed=failed, count=count
        ),
        state=State.OK if (seconds or 0) < SLOW_MODEL and failed * 20 < count else State.WARNING,
        url=url,
    )


def _polling(at: datetime) -> Lamp:
    late = StoreSync.objects.due(at=at).aggregate(oldest=Min("next_run_at"))["oldest"]
    age = at - late if late else timedelta()
    return Lamp(
        name="polling",
        title=_("Lag of polling"),
        value=duration(age) if late else "0",
        note=_("Wildberries, the store that waits longest"),
        state=_lateness(age),
        url=reverse("admin:marketplace_storesync_changelist") + "?o=3",
    )


def _database(at: datetime) -> Lamp:
    cache = caches["process"]
    state = cache.get("office:database")
    if state is None:
        state = worst(_quick_answers(at))
        cache.set("office:database", state, KEPT)
    words = {
        State.OK: _("in order"),
        State.NOTE: _("to know"),
        State.WARNING: _("look at it"),
        State.ERROR: _("wrong"),
    }
    return Lamp(name="database", title=_("Database"), value=words[state], state=state, url=reverse("admin:database"))


def _quick_answers(at: datetime) -> Sequence[Answer]:
    questions = (health.extension, health.index_stock, health.long_transactions)
    return [question(at) for question in (*questions, safety.last_backup, safety.last_drill, safety.space)]


def duration(age: timedelta) -> str:
    """Say a length of time in one unit."""
    seconds = max(0, int(age.total_seconds()))
    if seconds < 60:  # noqa: PLR2004 -- seconds
        return _("{count} s").format(count=seconds)
    if seconds < 3600:  # noqa: PLR2004 -- seconds
        return _("{count} min").format(count=seconds // 60)
    if seconds < 48 * 3600:
        return _("{count} h").format(count=seconds // 3600)
    return _("{count} d").format(count=seconds // 86400)

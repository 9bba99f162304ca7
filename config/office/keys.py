"""The board of our own keys to models: what each has used, how it is doing, and who answers when it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from assistants.models import AiRoute, AiTokenPool
from assistants.services import park_key, unpark_key
from config.database.answers import select
from config.office.pulse import duration

DAY: Final = timedelta(days=1)
FIGURES: Final = """
SELECT token_id, count(*), count(*) FILTER (WHERE NOT success),
       percentile_cont(0.95) WITHIN GROUP (ORDER BY response_time) FILTER (WHERE success),
       coalesce(sum(cost * fx_rate), 0)
FROM ai_token_usage WHERE created_at > %s AND token_id IS NOT NULL GROUP BY token_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A key with its figures of the last day."""

    key: AiTokenPool
    place: int | None
    state: str
    words: str
    today: int
    month: int
    calls: int
    failures: int
    seconds: float | None
    roubles: Decimal

    @property
    def day_share(self) -> int:
        """Return how much of the day's calls is used, in percent."""
        return _share(self.today, self.key.daily_limit)

    @property
    def month_share(self) -> int:
        """Return how much of the month's calls is used, in percent."""
        return _share(self.month, self.key.monthly_limit)


def _share(used: int, limit: int) -> int:
    return min(100, round(100 * used / limit)) if limit else 100


def board(*, at: datetime) -> list[Row]:
    """Return the keys in the order in which they would be asked, then those that would not."""
    figures = {row[0]: row[1:] for row in select(FIGURES, at - DAY)}
    keys = sorted(AiTokenPool.objects.all(), key=lambda key: (not key.is_eligible(at=at), key.turn(at=at)))
    rows = []
    for number, key in enumerate(keys, start=1):
        calls, failures, seconds, roubles = figures.get(key.pk, (0, 0, None, Decimal(0)))
        state, words = _state(key, at=at)
        rows.append(
            Row(
                key=key,
                place=number if key.is_eligible(at=at) else None,
                state=state,
                words=words,
                today=key.used_today(at=at),
                month=key.used_this_month(at=at),
                calls=calls,
                failures=failures,
                seconds=seconds,
                roubles=roubles,
            )
        )
    return rows


def _state(key: AiTokenPool, *, at: datetime) -> tuple[str, str]:
    if not key.is_active:
        return "info", _("off")
    if key.parked_reason:
        return "danger", str(key.get_parked_reason_display())
    if key.cooldown_until and key.cooldown_until > at:
        return "warning", _("rests for {time}").format(time=duration(key.cooldown_until - at))
    if key.used_today(at=at) >= key.daily_limit or key.used_this_month(at=at) >= key.monthly_limit:
        return "warning", _("at its limit")
    return ("danger", _("broken")) if key.is_broken else ("success", _("ready"))


def chain(rows: Sequence[Row]) -> list[tuple[str, str, bool]]:
    """Return who is asked, one after another: name, note, and whether it can answer now."""
    ready = [row for row in rows if row.place]
    pool = " → ".join(row.key.name for row in ready) or _("no key is ready")
    routes = {route.key: route for route in AiRoute.objects.filter(key__in=["environment", "embedded"])}
    return [
        (_("The shop’s own key"), _("if it connected one"), True),
        (_("The server’s own model"), settings.LLM_BASE_URL or _("not set"), _works("environment", routes)),
        (_("Our keys"), pool, bool(ready)),
        (_("The embedded model"), _("quotes the knowledge"), _works("embedded", routes)),
    ]


def _works(name: str, routes: dict[str, Any]) -> bool:
    is_set = bool(settings.LLM_BASE_URL if name == "environment" else settings.EMBEDDED_MODEL_URL)
    return is_set and not (name in routes and routes[name].parked_reason)


def key_board(request: HttpRequest) -> HttpResponse:
    """Show the board; who may change keys pauses them and puts them back to work."""
    user: Any = request.user
    can_act = user.has_perm("assistants.change_aitokenpool")
    at = now()
    if request.method == "POST":
        if not can_act:
            raise PermissionDenied
        _act(request, at=at)
        return redirect("admin:key_board")
    rows = board(at=at)
    context = {
        **admin.site.each_context(request),
        "title": _("Key pool"),
        "rows": rows,
        "chain": chain(rows),
        "can_act": can_act,
        "add_url": reverse("admin:assistants_aitokenpool_add"),
    }
    return TemplateResponse(request, "config/keys.html", context)


def _act(request: HttpRequest, *, at: datetime) -> None:
    pk = request.POST.get("key", "")
    key = get_object_or_404(AiTokenPool, pk=int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0)  # noqa: PLR2004 -- bigint
    if request.POST.get("verb") == "pause":
        park_key(key, at=at)
        messages.success(request, _("{name} is paused.").format(name=key.name))
    else:
        unpark_key(key)
        messages.success(request, _("{name} is back at work.").format(name=key.name))

"""One call: its turn in the line, the exchange, and what a refusal means."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx
import structlog
from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _

from marketplace.wildberries import buckets
from marketplace.wildberries.errors import OutcomeUnknown, RateLimited, Rejected, Unauthorised, Unavailable
from marketplace.wildberries.limits import Budget, Group, budget_of
from marketplace.wildberries.tokens import Category, Token

log = structlog.get_logger(__name__)

TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0, pool=5.0)
USER_AGENT: Final = "Otklik/1.0"
RETRY_HEADER: Final = "X-Ratelimit-Retry"
THROTTLED: Final = frozenset({429, 461})
UNKNOWN_PAUSE: Final = 60.0  # Wildberries said to wait and not how long
MOMENT: Final = 1  # seconds
LONGEST_DETAIL: Final = 300
MAX_ANSWER: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What to ask, and of whose budget it takes."""

    method: str
    service: str  # the setting that holds the base address
    path: str
    group: Group
    category: Category | None
    is_write: bool = False
    params: Mapping[str, Any] | None = None
    json: Any = None
    data: Mapping[str, str] | None = None
    files: Sequence[tuple[str, tuple[str, bytes, str]]] | None = None


def ask(client: httpx.Client, token: Token, call: Call, *, patience: float, sleep: Callable[[float], None]) -> Any:
    """Make one call and return the response of success.

    A refusal for a moment, when two clocks differ by a hair, is waited out once:
    whoever is told 429 has done nothing.

    Raises:
        RateLimited: its turn would come later than ``patience``; nothing was sent.
        Unauthorised, Rejected, Unavailable, OutcomeUnknown: see their own words.
    """
    budget, key = _budget(token, call.group), f"{token.sid}:{token.type.value}:{call.group.value}"
    wait_for_turn(key, budget, patience=patience, sleep=sleep)
    response = _exchange(client, token, call)
    if response.status_code in THROTTLED:
        limited = _limited(key, budget, response)
        if limited.seconds > min(MOMENT, patience):
            raise limited
        wait_for_turn(key, budget, patience=patience, sleep=sleep)
        response = _exchange(client, token, call)
        if response.status_code in THROTTLED:
            raise _limited(key, budget, response)
    if not response.is_success:
        raise _refusal(response, is_write=call.is_write)
    return response


def wait_for_turn(key: str, budget: Budget, *, patience: float, sleep: Callable[[float], None]) -> None:
    """Take one call of the shared budget and wait until it may be made.

    Raises:
        RateLimited: that would take longer than ``patience``.
    """
    ends_at = time.monotonic() + patience
    taken, seconds = buckets.take(key, budget, patience=patience)
    while taken and seconds > 0:
        sleep(seconds)
        seconds = buckets.seconds_closed(key)  # another worker may have been told to stop meanwhile
        if seconds > 0:
            taken, seconds = buckets.take(key, budget, patience=max(ends_at - time.monotonic(), 0))
    if not taken:
        raise RateLimited(seconds=math.ceil(round(seconds, 1)), retry_at=now() + timedelta(seconds=seconds))


def pace(group: Group, token: Token) -> Budget:
    """Return the budget a token has for a group of methods."""
    return _budget(token, group)


def _budget(token: Token, group: Group) -> Budget:
    budget = budget_of(group, token.type, has_client_secret=bool(settings.WB_CLIENT_SECRET))
    slack = max(budget.burst - 1, 1)  # one call is kept back: calls arrive a little unevenly
    return Budget(budget.interval / settings.WB_SPEED, slack)


def _exchange(client: httpx.Client, token: Token, call: Call) -> httpx.Response:
    headers = {"Authorization": token.text, "User-Agent": USER_AGENT}
    if settings.WB_CLIENT_SECRET:
        headers["X-Client-Secret"] = settings.WB_CLIENT_SECRET
    address = f"{settings.SERVICES[call.service]}{call.path}"
    body = {"params": call.params, "json": call.json, "data": call.data, "files": call.files}
    given = {name: value for name, value in body.items() if value is not None}
    try:
        return client.request(call.method, address, headers=headers, timeout=TIMEOUT, **given)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise Unavailable(detail=_("no connection")) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        detail = type(error).__name__
        raise (OutcomeUnknown(detail=detail) if call.is_write else Unavailable(detail=detail)) from error


def _limited(key: str, budget: Budget, response: httpx.Response) -> RateLimited:
    """Close the bucket for every worker, for as long as Wildberries says."""
    try:
        seconds = max(float(response.headers.get(RETRY_HEADER, "")), 0.0)
    except ValueError:
        seconds = UNKNOWN_PAUSE
    buckets.close(key, budget, seconds=seconds)
    log.info("wildberries_rate_limited", group=key.rpartition(":")[2], seconds=seconds)
    return RateLimited(seconds=math.ceil(seconds), retry_at=now() + timedelta(seconds=seconds))


def _refusal(response: httpx.Response, *, is_write: bool) -> Exception:
    status, detail = response.status_code, detail_of(response)
    if status == httpx.codes.UNAUTHORIZED:
        return Unauthorised(detail=detail)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        # 503 is the gateway before anything happened; what other failures did to a write nobody knows
        is_lost = is_write and status != httpx.codes.SERVICE_UNAVAILABLE
        return OutcomeUnknown(detail=detail) if is_lost else Unavailable(detail=detail)
    if "временные ограничения" in detail.lower():
        return Unavailable(detail=detail)
    return Rejected(detail=detail, http_status=status)


def detail_of(response: httpx.Response) -> str:
    """Return Wildberries' own words, whichever of its shapes they come in."""
    try:
        body = response.json()
    except ValueError:
        body = None
    found: Any = ""
    if isinstance(body, dict):
        found = next(
            (body[name] for name in ("errorText", "detail", "error", "title", "message") if body.get(name)), ""
        )
        if not isinstance(found, str):
            found = ", ".join(map(str, body["errors"])) if isinstance(body.get("errors"), list) else ""
        if not found and isinstance(body.get("errors"), list):
            found = ", ".join(map(str, body["errors"]))
    return (found or f"HTTP {response.status_code}")[:LONGEST_DETAIL]

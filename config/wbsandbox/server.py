"""The door of the sandbox: who may come in, how often, and what goes wrong on demand."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from config.modelserver.http import Reply, Request
from config.wbsandbox import pictures, tokens
from config.wbsandbox.clock import written
from config.wbsandbox.faults import Fault, Faults
from config.wbsandbox.limits import Buckets
from config.wbsandbox.market import Market, Shop


class Refused(Exception):
    """The call is turned down, in one of the API's own shapes."""

    def __init__(self, status: int, body: dict[str, Any], *, content_type: str = "application/json") -> None:
        super().__init__(status)
        self.status, self.body, self.content_type = status, body, content_type


@dataclass(slots=True)
class Call:
    """A call that was let in."""

    request: Request
    shop: Shop
    bearer: tokens.Bearer
    market: Market
    now: float
    fault: Fault | None

    @property
    def query(self) -> dict[str, str]:
        """Return the parameters, the last of each name."""
        return {name: values[-1] for name, values in parse_qs(self.request.query).items()}

    def is_hit_by(self, action: str) -> bool:
        """Say whether the call goes wrong in this way."""
        return self.fault is not None and self.fault.action == action


@dataclass(frozen=True, slots=True)
class Answered:
    """What goes back."""

    status: int = 200
    body: Any = None
    content: bytes | None = None
    content_type: str = "application/json"


Handler = Callable[[Call], Answered]


@dataclass(frozen=True, slots=True)
class Route:
    """An address: whose budget it takes, which category opens it."""

    handler: Handler
    group: str
    bit: int | None
    is_write: bool = False


COST_OF_REFUSAL: Final = 9  # further calls that a refused one costs in the group of reviews


class Sandbox:
    """Answers every request."""

    def __init__(
        self,
        market: Market,
        *,
        routes: Callable[[str, str], Route | None],
        speed: float = 1.0,
        faults: Faults | None = None,
    ) -> None:
        self.market, self.routes = market, routes
        self.buckets = Buckets(speed)
        self.faults = faults or Faults()
        self.keeps_journal = faults is not None

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        now = self.market.clock()
        fault = self.faults.enter(request, now=now) if self.keeps_journal else None
        if fault and await self._misbehave(fault, reply):
            return
        headers: dict[str, str] = {}
        try:
            answered = self._answer(request, now, fault, headers)
        except Refused as error:
            answered = Answered(error.status, error.body, content_type=error.content_type)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            answered = Answered(400, envelope_error(f"Некорректный запрос: {error}"))
        if fault and fault.action == "lose":
            reply.hang_up()
        elif answered.content is not None or answered.status == 204:  # noqa: PLR2004 -- no content
            await reply.send(
                answered.status, answered.content or b"", content_type=answered.content_type, headers=headers
            )
        else:
            await reply.json(answered.status, answered.body, headers)

    def _answer(self, request: Request, now: float, fault: Fault | None, headers: dict[str, str]) -> Answered:
        if request.path == "/ping":
            return Answered(body={"TS": written(now), "Status": "OK"})
        if request.path.startswith(pictures.PREFIX):
            return Answered(content=pictures.draw(request.path), content_type=pictures.CONTENT_TYPE)
        route = self.routes(request.method, request.path)
        if route is None:
            raise Refused(404, problem(404, "path not found", now))
        bearer = self._let_in(request, now)
        verdict = self.buckets.take(bearer.sid, bearer.type, route.group, now=now)
        headers.update(verdict.headers)
        if not verdict.is_let_in:
            raise Refused(429, problem(429, "Limited by global limiter", now), content_type="application/problem+json")
        if not bearer.covers(route.bit):
            raise Refused(401, problem(401, "token scope not allowed", now), content_type="application/problem+json")
        if route.is_write and bearer.is_read_only:
            raise Refused(403, problem(403, "token is read-only", now), content_type="application/problem+json")
        shop = self.market.shops[bearer.sid]
        shop.advance(now)
        return route.handler(Call(request, shop, bearer, self.market, now, fault))

    def _let_in(self, request: Request, now: float) -> tokens.Bearer:
        try:
            bearer = tokens.read(request.headers.get("authorization", ""), now=now)
        except (ValueError, KeyError) as error:
            raise Refused(401, problem(401, str(error), now), content_type="application/problem+json") from error
        if bearer.sid not in self.market.shops:
            raise Refused(401, problem(401, "withdrawn token", now), content_type="application/problem+json")
        return bearer

    async def _misbehave(self, fault: Fault, reply: Reply) -> bool:
        """Go wrong instead of answering; says whether that was all."""
        if fault.action == "drop":
            reply.hang_up()
        elif fault.action == "status":
            await reply.json(fault.status, fault.body or problem(fault.status, "on demand", 0), fault.headers)
        elif fault.action == "garbage":
            await reply.send(200, b"<html>It works</html>", content_type="text/html")
        else:
            if fault.action == "wait":
                await asyncio.sleep(fault.seconds)
            return False
        return True


def problem(status: int, detail: str, now: float) -> dict[str, Any]:
    """Return the gateway's error."""
    titles = {401: "unauthorized", 403: "forbidden", 404: "not found", 429: "too many requests"}
    return {
        "title": titles.get(status, "error"),
        "detail": detail,
        "code": "07e4668e-sandbox",
        "requestId": uuid.uuid4().hex,
        "origin": "s2s-api-auth-catalog",
        "status": status,
        "statusText": titles.get(status, "error"),
        "timestamp": written(now),
    }


def envelope(data: Any) -> dict[str, Any]:
    """Return a good answer of reviews and questions."""
    return {"data": data, "error": False, "errorText": "", "additionalErrors": None}


def envelope_error(text: str) -> dict[str, Any]:
    """Return a bad answer of reviews and questions."""
    return {"data": None, "error": True, "errorText": text, "additionalErrors": None, "requestId": uuid.uuid4().hex}


Endpoint = Callable[[Request, Reply], Awaitable[None]]

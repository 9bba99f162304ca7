"""Asking for a completion: key after key until one answers, within one deadline."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from accounts.models import Tenant
from assistants.door import calls, health, ledger
from assistants.door.budget import Budget
from assistants.door.failures import Answer, Failure, Kind
from assistants.door.messages import Completion, Message
from assistants.door.routes import Route, routes_for
from assistants.enums import ModelKind, Provider, RequestType
from assistants.errors import ModelFailed, NoModelAvailable
from assistants.models import AiTokenUsage, Assistant
from config.modelserver import tokens

SILENCE: Final = 0.45  # of the deadline: how long one key may be silent while others wait
BYTES_PER_TOKEN: Final = 2_000  # of a stream, with the JSON around each token
BYTES_AT_LEAST: Final = 256 * 1024
TOKENS_OVER: Final = 1.5  # how far beyond its limit a model may talk before it is cut


@dataclass(slots=True, kw_only=True)
class Question:
    """What is asked, by whom, and until when."""

    tenant: Tenant
    assistant: Assistant | None
    messages: list[Message]
    request_type: RequestType
    on_text: Callable[[str], None] | None
    should_stop: Callable[[], bool] | None
    max_tokens: int
    temperature: float
    at: datetime
    ends_at: float
    started_at: float = field(default_factory=time.monotonic)

    def moment(self) -> datetime:
        """Return the time now, counted from the time the caller gave."""
        return self.at + timedelta(seconds=time.monotonic() - self.started_at)

    def prompt_tokens(self) -> int:
        """Return the estimated length of the prompt."""
        return tokens.count_messages([message.content for message in self.messages])


def can_reason(tenant: Tenant, *, wanted: str = "", at: datetime) -> bool:
    """Say whether the model that would be asked is more than the embedded one, which quotes and does not think."""
    routes = routes_for(tenant, kind=ModelKind.CHAT, wanted=wanted, at=at)
    return bool(routes) and routes[0].provider != Provider.EMBEDDED


def complete(
    *,
    tenant: Tenant,
    assistant: Assistant | None = None,
    messages: list[Message],
    request_type: RequestType = RequestType.CHAT,
    on_text: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    model: str | None = None,
    max_tokens: int = 800,
    temperature: float = 0.2,
    deadline: float | None = None,
    at: datetime,
) -> Completion:
    """Ask a model to continue a conversation, outside any transaction; ``model`` is preferred to the assistant's.

    ``on_text`` gets each piece as it comes; once it did, no other key is tried.
    ``should_stop`` is asked between pieces and once a second of silence, and ends
    the call with what there is. ``deadline`` bounds everything, other keys included.

    Raises:
        NoModelAvailable: no key is there, or none could be reached.
        ModelFailed: the answer broke off (``partial`` has its beginning), was no answer, or took too long.
    """
    question = Question(
        tenant=tenant,
        assistant=assistant,
        messages=messages,
        request_type=request_type,
        on_text=on_text,
        should_stop=should_stop,
        max_tokens=max_tokens,
        temperature=temperature,
        at=at,
        ends_at=time.monotonic() + (settings.LLM_TIMEOUT_SECONDS if deadline is None else deadline),
    )
    wanted = model or (assistant.ai_model if assistant else "")
    return _first_answer(question, routes_for(tenant, kind=ModelKind.CHAT, wanted=wanted, at=at))


def _first_answer(question: Question, routes: list[Route]) -> Completion:
    """Try key after key; of answers that are none, ask the last key once more."""
    last: Failure | None = None
    usage: AiTokenUsage | None = None
    queue = list(routes)
    while queue and time.monotonic() < question.ends_at:
        route = queue.pop(0)
        if not health.claim(route, at=question.moment()):
            continue
        answer, failure, usage = _attempt(question, route, is_last=not queue)
        if failure is None or failure.kind == Kind.STOPPED:
            return _completion(question, route, answer, usage, stopped=failure is not None)
        if answer.text or failure.kind == Kind.DEADLINE:
            raise ModelFailed(failure.code, usage.error_message, partial=answer.text, usage_id=usage.pk) from failure
        is_first_nonsense = failure.kind == Kind.NONSENSE and (last is None or last.kind != Kind.NONSENSE)
        if is_first_nonsense and not queue:
            queue.append(route)
        last = failure
    if last is not None and last.kind in (Kind.NONSENSE, Kind.REJECTED) and usage is not None:
        raise ModelFailed(last.code, usage.error_message, usage_id=usage.pk) from last
    raise NoModelAvailable(request_type=question.request_type) from last


def _attempt(question: Question, route: Route, *, is_last: bool) -> tuple[Answer, Failure | None, AiTokenUsage]:
    """Call one key, without a database connection, and record how it went."""
    ledger.release_connection()
    answer, failure = Answer(), None
    budget = _budget(question, is_last=is_last)
    try:
        _listen(question, route, answer, budget)
    except Failure as error:
        failure = error
    except Exception:  # the caller's own, out of ``on_text`` or ``should_stop``: the call still cost something
        _record(question, route, answer, budget, Failure(Kind.STOPPED, "caller_failed"))
        raise
    return answer, failure, _record(question, route, answer, budget, failure)


def _record(question: Question, route: Route, answer: Answer, budget: Budget, failure: Failure | None) -> AiTokenUsage:
    attempt = ledger.Attempt(
        tenant=question.tenant,
        assistant=question.assistant,
        route=route,
        request_type=question.request_type,
        answer=answer,
        prompt_estimate=question.prompt_tokens(),
        completion_estimate=tokens.count(answer.text),
        seconds=budget.elapsed(),
        failure=failure,
        at=question.moment(),
    )
    return ledger.record(attempt)


def _listen(question: Question, route: Route, answer: Answer, budget: Budget) -> None:
    """Pass the answer on piece by piece, and cut a model that does not stop."""
    pieces = calls.chat(
        route,
        question.messages,
        answer,
        budget,
        max_tokens=question.max_tokens,
        temperature=question.temperature,
    )
    said = 0
    with closing(pieces):
        for piece in pieces:
            if question.on_text is not None:
                question.on_text(piece)
            said += tokens.count(piece)
            if said > question.max_tokens * TOKENS_OVER:
                answer.finish_reason = "length"
                return


def _budget(question: Question, *, is_last: bool) -> Budget:
    remaining = max(0.0, question.ends_at - time.monotonic())
    return Budget(
        ends_at=question.ends_at,
        bytes_left=max(BYTES_AT_LEAST, question.max_tokens * BYTES_PER_TOKEN),
        idle_seconds=remaining if is_last else remaining * SILENCE,
        should_stop=question.should_stop,
    )


def _completion(question: Question, route: Route, answer: Answer, usage: AiTokenUsage, *, stopped: bool) -> Completion:
    return Completion(
        text=answer.text,
        model=route.model,
        provider=route.provider,
        key_name=route.name,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        is_estimated=usage.is_estimated,
        latency_seconds=time.monotonic() - question.started_at,
        finish_reason="stopped" if stopped else answer.finish_reason or "stop",
        stopped=stopped,
        usage_id=usage.pk,
        cost=usage.cost,
        cost_currency=usage.cost_currency,
    )

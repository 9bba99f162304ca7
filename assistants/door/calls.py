"""One call of one key through the ``openai`` SDK, its failures told apart.

The SDK is imported at the first call, so a process that never thinks does not
carry it.
"""

import json
import math
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from assistants.door.budget import Budget, spending
from assistants.door.failures import REST_SECONDS, Answer, Failure, Kind
from assistants.door.fitting import fit
from assistants.door.messages import Message
from assistants.door.routes import NO_SECRET, Route
from assistants.door.thinking import Aloud
from assistants.enums import ParkedReason

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk

PARKING: Final = {
    401: ParkedReason.UNAUTHORISED,
    402: ParkedReason.INSUFFICIENT_QUOTA,
    403: ParkedReason.FORBIDDEN,
}
QUOTA_CODES: Final = frozenset(
    {
        "insufficient_quota",
        "insufficient_balance",
        "billing_hard_limit_reached",
        "billing_not_active",
        "credit_exhausted",
    }
)
BROKEN_OFF: Final = frozenset({"insufficient_system_resource"})  # DeepSeek, when it is overloaded
TOO_MANY: Final = 429
SERVER_ERROR: Final = 500
TIMEOUT: Final = 408


def chat(
    route: Route, messages: Sequence[Message], answer: Answer, budget: Budget, *, max_tokens: int, temperature: float
) -> Generator[str]:
    """Yield the answer piece by piece, filling ``answer``.

    Raises:
        Failure: it came to nothing, or broke off.
    """
    aloud = Aloud()
    with _told_apart(budget), spending(budget):
        stream = _sdk(route).chat.completions.create(
            model=route.model,
            messages=(),
            stream=True,
            stream_options={"include_usage": True},
            temperature=temperature,
            extra_headers=_headers(route),
            extra_body=_body(route, messages, max_tokens=max_tokens),
        )
        with stream:
            _check_type(stream.response.headers.get("content-type", ""))
            answer.request_id = stream.response.headers.get("x-request-id", "")
            for chunk in stream:
                if piece := aloud.hear(_read(chunk, answer)):
                    if answer.first_token_seconds is None:
                        answer.first_token_seconds = budget.elapsed()
                    answer.text += piece
                    yield piece
                if budget.check_stop():
                    raise Failure(Kind.STOPPED, "stopped")
    if rest := aloud.rest():
        answer.text += rest
        yield rest
    _check_end(answer)


def vectors(route: Route, texts: Sequence[str], answer: Answer, budget: Budget) -> list[list[float]]:
    """Return one unit vector per text.

    Raises:
        Failure: it came to nothing.
    """
    options: dict[str, Any] = route.spec.request_options if route.spec else {}
    extra = {"dimensions": route.spec.dims} if route.spec and options.get("dimensions") else {}
    with _told_apart(budget), spending(budget):
        response = _sdk(route).embeddings.create(
            model=route.model, input=list(texts), extra_headers=_headers(route), extra_body=extra
        )
        answer.prompt_tokens = _number(getattr(response.usage, "prompt_tokens", None))
        answer.completion_tokens = 0 if answer.prompt_tokens is not None else None
        found = [item.embedding for item in sorted(response.data, key=lambda item: item.index)]
    if len(found) != len(texts):
        raise Failure(Kind.NONSENSE, "wrong_count", f"{len(found)} vectors came for {len(texts)} texts.")
    return [_unit(vector, len(found[0])) for vector in found]


def models(route: Route, budget: Budget) -> dict[str, str]:
    """Return the models a provider says it has, with the day it will shut each down where it says so.

    Raises:
        Failure: it came to nothing.
    """
    with _told_apart(budget), spending(budget):
        listed = _sdk(route).models.list(extra_headers=_headers(route)).data
        return {str(model.id): str(getattr(model, "shutdown_date", None) or "") for model in listed}


def _sdk(route: Route) -> "openai.OpenAI":
    return _client(os.getpid(), route.base_url, is_public_only=route.is_public_only)


@lru_cache(maxsize=256)
def _client(pid: int, base_url: str, *, is_public_only: bool) -> "openai.OpenAI":
    """Return the SDK's client of one address, without a key (see ``_headers``); a forked child makes its own."""
    import openai  # noqa: PLC0415 -- leaf: half a second and 40 MB that most processes never need

    from assistants.door import network  # noqa: PLC0415 -- leaf: it needs the SDK's HTTP library

    return openai.OpenAI(
        api_key=NO_SECRET,
        base_url=base_url,
        max_retries=0,
        timeout=None,  # the budget ends every read
        http_client=network.client(is_public_only=is_public_only),
    )


def _headers(route: Route) -> dict[str, str]:
    """Return the key for one request; it is kept nowhere."""
    return {"Authorization": f"Bearer {route.secret}"}


def _body(route: Route, messages: Sequence[Message], *, max_tokens: int) -> dict[str, Any]:
    """Return what goes past the SDK, which takes milliseconds to walk through a long conversation."""
    options: dict[str, Any] = route.spec.request_options if route.spec else {}
    fitting = fit(messages, window=route.window, room=max_tokens)
    return {
        "messages": [{"role": message.role, "content": message.content} for message in fitting],
        options.get("max_tokens_field", "max_tokens"): max_tokens,
        **options.get("body", {}),
    }


def _check_end(answer: Answer) -> None:
    if answer.finish_reason in BROKEN_OFF:
        raise Failure(Kind.UNAVAILABLE, answer.finish_reason, "The provider broke the answer off.")
    if not answer.finish_reason and answer.prompt_tokens is None:
        raise Failure(Kind.NONSENSE, "cut_short", "The answer broke off without an end.")
    if not answer.text.strip():
        raise Failure(Kind.NONSENSE, "empty_answer", "The answer has no text.")


def _check_type(content_type: str) -> None:
    if not content_type.startswith("text/event-stream"):
        raise Failure(
            Kind.NONSENSE, "not_a_stream", f"The provider answered {content_type[:60] or 'nothing readable'}."
        )


def _read(chunk: "ChatCompletionChunk", answer: Answer) -> str:
    """Take what one chunk says; a chunk of another shape is nonsense."""
    usage = getattr(chunk, "usage", None)
    if usage is not None:
        answer.prompt_tokens = _number(getattr(usage, "prompt_tokens", None))
        answer.completion_tokens = _number(getattr(usage, "completion_tokens", None))
        details = getattr(usage, "prompt_tokens_details", None)
        cached = getattr(details, "cached_tokens", None) or getattr(usage, "prompt_cache_hit_tokens", None)
        answer.cached_tokens = _number(cached) or 0
    answer.model = str(getattr(chunk, "model", "") or answer.model)
    choices = getattr(chunk, "choices", None)
    if not isinstance(choices, list):
        raise Failure(Kind.NONSENSE, "wrong_schema", "The answer has an unknown shape.")
    if not choices:
        return ""
    answer.finish_reason = choices[0].finish_reason or answer.finish_reason
    content = getattr(choices[0].delta, "content", None)
    return content if isinstance(content, str) else ""


@contextmanager
def _told_apart(budget: Budget) -> Iterator[None]:
    """Turn the SDK's errors into failures that say what to do."""
    import openai  # noqa: PLC0415 -- leaf

    try:
        yield
    except openai.APIStatusError as error:
        raise _of_status(error) from error
    except openai.APIConnectionError as error:
        raise _of_budget(budget) or _of_connection(error) from error
    except openai.APIError as error:  # an error event inside a stream
        raise Failure(Kind.UNAVAILABLE, "error_event", str(error)) from error
    except (json.JSONDecodeError, AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise Failure(Kind.NONSENSE, "unreadable", "The answer cannot be read.") from error
    except Failure:
        raise
    except Exception as error:  # the HTTP library's own errors differ by version
        raise _of_budget(budget) or Failure(Kind.UNAVAILABLE, "connection", type(error).__name__) from error


def _of_budget(budget: Budget) -> Failure | None:
    if budget.is_stopped:
        return Failure(Kind.STOPPED, "stopped")
    if budget.is_overrun:
        return Failure(Kind.NONSENSE, "too_large", "The answer is larger than it may be.")
    if budget.is_over or not budget.remaining():
        return Failure(Kind.DEADLINE, "deadline", "The time for an answer is over.")
    return None


def _of_connection(error: "openai.APIConnectionError") -> Failure:
    cause = error.__cause__
    code = "timeout" if "Timeout" in type(error).__name__ or "Timeout" in type(cause).__name__ else "connection"
    return Failure(Kind.UNAVAILABLE, code, str(cause or error))


def _of_status(error: "openai.APIStatusError") -> Failure:
    status, code = error.status_code, str(error.code or "")
    body = error.body if isinstance(error.body, dict) else {}
    kind = str(body.get("type") or "")
    message = f"{status}: {body.get('message') or error.message}"
    if {code, kind} & QUOTA_CODES:
        return Failure(Kind.PARKED, "insufficient_quota", message, reason=ParkedReason.INSUFFICIENT_QUOTA)
    if status in PARKING:
        return Failure(Kind.PARKED, code or f"http_{status}", message, reason=PARKING[status])
    if status == TOO_MANY:
        return Failure(Kind.RATE_LIMITED, code or "rate_limited", message, rest_seconds=_rest(error))
    if status >= SERVER_ERROR or status == TIMEOUT:
        return Failure(Kind.UNAVAILABLE, code or f"http_{status}", message)
    return Failure(Kind.REJECTED, code or f"http_{status}", message)


def _rest(error: "openai.APIStatusError") -> float:
    """Return how long the provider asks to wait, as seconds or as a date."""
    value = error.response.headers.get("retry-after", "")
    try:
        return float(value)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return REST_SECONDS
    return (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds()


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _unit(vector: Sequence[float], dims: int) -> list[float]:
    norm = math.sqrt(math.fsum(value * value for value in vector))
    if len(vector) != dims or not dims or not math.isfinite(norm) or norm == 0.0:
        raise Failure(Kind.NONSENSE, "bad_vector", "A vector is empty, endless or of another length.")
    return [value / norm for value in vector]

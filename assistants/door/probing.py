"""Trying a key: what it lists, one tiny answer, one vector, and how well that model understands languages.

Each step has its own short deadline, so that a provider that hangs ends the
test and nothing else. What was asked of a tenant's own key is written down as
usage; a test of our own keys belongs to no tenant.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from accounts.models import Tenant
from assistants.door import calls, ledger
from assistants.door.budget import Budget, spending
from assistants.door.failures import Answer, Failure, Kind
from assistants.door.messages import Message
from assistants.door.redaction import redacted
from assistants.door.routes import Route
from assistants.enums import ParkedReason, Provider, RequestType
from assistants.ports import Understanding, probe_languages
from config.modelserver import tokens

SECONDS: Final = {"models": 8.0, "chat": 30.0, "embedding": 15.0, "languages": 45.0}
BYTES: Final = 4 * 1024 * 1024
MAX_LISTED: Final = 200
SAY: Final = [Message("user", "Ответь одним словом: работает?")]
EMBED: Final = "Сколько стоит доставка?"
TOKENS: Final = 60
EMBEDDING_WORDS: Final = ("embed", "bge", "e5-", "gte-", "minilm")
REASONS: Final = {
    ParkedReason.UNAUTHORISED: "unauthorised",
    ParkedReason.INSUFFICIENT_QUOTA: "no_money",
    ParkedReason.FORBIDDEN: "forbidden",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was tried; ``problem`` is empty when it worked."""

    name: str
    problem: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the step as it is stored."""
        return asdict(self)


def list_models(route: Route) -> tuple[Step, list[str]]:
    """Ask what models there are."""
    found: list[str] = []

    def ask(budget: Budget) -> dict[str, Any]:
        found.extend(list(calls.models(route, budget))[:MAX_LISTED])
        return {"names": found}

    return _step("models", route, ask), found


def shutdown_days(route: Route) -> dict[str, date]:
    """Return when a provider will shut its models down, as far as it says; nothing when it does not answer."""
    ledger.release_connection()
    try:
        listed = calls.models(route, _budget("models"))
    except Failure:
        return {}
    days = {name: _day(text) for name, text in listed.items()}
    return {name: day for name, day in days.items() if day is not None}


def try_chat(route: Route, *, tenant: Tenant | None, at: datetime, offered: Sequence[str] = ()) -> Step:
    """Ask for one short answer."""
    answer = Answer()

    def ask(budget: Budget) -> dict[str, Any]:
        return {"text": "".join(calls.chat(route, SAY, answer, budget, max_tokens=TOKENS, temperature=0.0))[:200]}

    step = _step("chat", route, ask, offered=offered)
    prompt = tokens.count_messages([message.content for message in SAY])
    return _priced(step, route, answer, prompt, tenant=tenant, request_type=RequestType.CHAT, at=at)


def try_embedding(route: Route, *, tenant: Tenant | None, at: datetime, offered: Sequence[str] = ()) -> Step:
    """Ask for one vector."""
    answer = Answer()

    def ask(budget: Budget) -> dict[str, Any]:
        return {"dims": len(calls.vectors(route, [EMBED], answer, budget)[0])}

    step = _step("embedding", route, ask, offered=offered)
    return _priced(step, route, answer, tokens.count(EMBED), tenant=tenant, request_type=RequestType.EMBEDDING, at=at)


def try_languages(route: Route, *, tenant: Tenant | None, at: datetime) -> tuple[Step, Understanding | None]:
    """Measure how well an embedding model tells meaning from words."""
    measured: list[Understanding] = []
    answer, sent = Answer(prompt_tokens=0, completion_tokens=0), [0]

    def ask(budget: Budget) -> dict[str, Any]:
        def embed(texts: Sequence[str], purpose: Literal["query", "document"]) -> list[list[float]]:
            spec = route.spec
            prefix = "" if spec is None else spec.query_prefix if purpose == "query" else spec.document_prefix
            part = Answer()
            vectors = calls.vectors(route, [prefix + text for text in texts], part, budget)
            answer.prompt_tokens = (answer.prompt_tokens or 0) + (part.prompt_tokens or sum(map(tokens.count, texts)))
            sent[0] += 1
            return vectors

        understanding = probe_languages(embed)
        if understanding is None:
            return {}
        measured.append(understanding)
        return {**asdict(understanding), "passes": [code for code in ("ru", "en") if understanding.passes(code)]}

    step = _step("languages", route, ask)
    if sent[0]:
        step = _priced(step, route, answer, 0, tenant=tenant, request_type=RequestType.EMBEDDING, at=at)
    return step, measured[0] if measured else None


def window_of(route: Route) -> int | None:
    """Return the window an Ollama server really gives the model it has loaded; longer prompts it cuts in silence."""
    from assistants.door import network  # noqa: PLC0415 -- leaf: it needs the SDK's HTTP library

    if route.provider != Provider.OLLAMA:
        return None
    parts = urlsplit(route.base_url)
    try:
        with spending(_budget("models")):
            reply = network.client(is_public_only=route.is_public_only).get(f"{parts.scheme}://{parts.netloc}/api/ps")
        loaded = reply.json()["models"]
        sizes = [m["context_length"] for m in loaded if route.model in (m.get("name"), m.get("model"))]
    except Exception:  # noqa: BLE001 -- an older server, or none at all: the window stays unknown
        return None
    return sizes[0] if sizes and isinstance(sizes[0], int) and sizes[0] > 0 else None


def looks_like_embedding(name: str) -> bool:
    """Guess from its name whether a model embeds."""
    return any(word in name.lower() for word in EMBEDDING_WORDS)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:  # nothing, or what no calendar has
        return None


def _budget(step: str) -> Budget:
    seconds = SECONDS[step]
    return Budget(ends_at=time.monotonic() + seconds, bytes_left=BYTES, idle_seconds=seconds)


def _step(name: str, route: Route, ask: Callable[[Budget], dict[str, Any]], *, offered: Sequence[str] = ()) -> Step:
    ledger.release_connection()
    budget = _budget(name)
    facts: dict[str, Any] = {"model": route.model} if name != "models" else {}
    try:
        found = ask(budget)
    except Failure as failure:
        return Step(
            name=name,
            problem=_problem(failure, name),
            facts={**facts, **_facts(failure, route, name, offered)},
            seconds=budget.elapsed(),
        )
    return Step(name=name, facts={**facts, **found}, seconds=budget.elapsed())


def _problem(failure: Failure, step: str) -> str:
    """Return the one word that a sentence is made of (``assistants.explanations``)."""
    text, code = str(failure), failure.code
    is_missing = text.startswith("404")
    is_about_model = "model" in code or (is_missing and step != "models" and "model" in text.lower())
    signs = (
        (failure.reason is not None, REASONS.get(failure.reason or ParkedReason.FORBIDDEN, "forbidden")),
        (failure.kind == Kind.RATE_LIMITED, "rate_limited"),
        (failure.kind == Kind.DEADLINE or code == "timeout", "timeout"),
        ("not on the public internet" in text, "private_address"),
        (code == "connection", "unreachable"),
        (failure.kind == Kind.UNAVAILABLE, "server_error"),
        (code == "empty_answer", "empty_answer"),
        (failure.kind == Kind.NONSENSE, "not_an_api"),
        (is_about_model, "unknown_model"),
        (is_missing, "wrong_address"),
    )
    return next((word for is_seen, word in signs if is_seen), "rejected")


def _facts(failure: Failure, route: Route, step: str, offered: Sequence[str]) -> dict[str, Any]:
    return {
        "seconds": round(failure.rest_seconds if failure.kind == Kind.RATE_LIMITED else SECONDS[step]),
        "host": urlsplit(route.base_url).netloc,
        "said": redacted(str(failure), route.secret)[:200],
        "offered": ", ".join(offered[:8]),
    }


def _priced(
    step: Step,
    route: Route,
    answer: Answer,
    prompt_estimate: int,
    *,
    tenant: Tenant | None,
    request_type: RequestType,
    at: datetime,
) -> Step:
    """Add what it used and cost, and write it down for a tenant."""
    prompt = answer.prompt_tokens if answer.prompt_tokens is not None else prompt_estimate
    completion = answer.completion_tokens if answer.completion_tokens is not None else tokens.count(answer.text)
    used: dict[str, Any] = {
        "tokens": prompt + completion,
        "first_token_seconds": answer.first_token_seconds,
        "cost": None,
        "currency": "USD",
    }
    if route.spec is not None:
        cost = route.spec.cost(prompt_tokens=prompt, completion_tokens=completion, at=at)
        used |= {"cost": str(cost) if cost is not None else None, "currency": route.spec.currency}
    if tenant is not None and not step.problem:
        _record(route, answer, prompt_estimate, step.seconds, tenant=tenant, request_type=request_type, at=at)
    return replace(step, facts={**step.facts, **used}) if not step.problem else step


def _record(
    route: Route,
    answer: Answer,
    prompt_estimate: int,
    seconds: float,
    *,
    tenant: Tenant,
    request_type: RequestType,
    at: datetime,
) -> None:
    attempt = ledger.Attempt(
        tenant=tenant,
        assistant=None,
        route=route,
        request_type=request_type,
        answer=answer,
        prompt_estimate=prompt_estimate,
        completion_estimate=tokens.count(answer.text),
        seconds=seconds,
        failure=None,
        at=at,
    )
    ledger.record(attempt)

"""Every attempt leaves one row: what it used, what it cost, how it ended."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import connection, transaction

from accounts.enums import SettingCategory
from accounts.models import SystemSetting, Tenant
from assistants.door import health, metrics
from assistants.door.failures import Answer, Failure, Kind
from assistants.door.redaction import redacted
from assistants.door.routes import Route
from assistants.enums import Currency, Provider, RequestType
from assistants.models import AiTokenUsage, Assistant


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call of one key: who asked what of whom, and how it went."""

    tenant: Tenant
    assistant: Assistant | None
    route: Route
    request_type: RequestType
    answer: Answer
    prompt_estimate: int
    completion_estimate: int
    seconds: float
    failure: Failure | None
    at: datetime


def record(attempt: Attempt) -> AiTokenUsage:
    """Write the usage row and what the key's health learns, together."""
    failure = attempt.failure
    message = redacted(str(failure), attempt.route.secret) if failure else ""
    usage = _usage_of(attempt, message)
    with transaction.atomic(durable=True):
        usage.save(force_insert=True)
        learned = None if failure is None or failure.kind == Kind.STOPPED else failure
        health.learn(attempt.route, learned, tenant=attempt.tenant, message=message, at=attempt.at)
    _measure(attempt, usage)
    return usage


def release_connection() -> None:
    """Give the database connection back before a call that may take a minute."""
    if not connection.in_atomic_block:
        connection.close()


def _usage_of(attempt: Attempt, message: str) -> AiTokenUsage:
    answer, failure, spec = attempt.answer, attempt.failure, attempt.route.spec
    was_sent = failure is None or bool(answer.text) or failure.kind in (Kind.STOPPED, Kind.DEADLINE, Kind.NONSENSE)
    is_estimated = answer.completion_tokens is None and was_sent
    prompt = answer.prompt_tokens if answer.prompt_tokens is not None else attempt.prompt_estimate * was_sent
    completion = answer.completion_tokens if answer.completion_tokens is not None else attempt.completion_estimate
    cached = min(answer.cached_tokens, prompt)
    cost = Decimal(0) if attempt.route.provider == Provider.EMBEDDED else None
    if spec is not None:
        cost = spec.cost(prompt_tokens=prompt, completion_tokens=completion, cached_tokens=cached, at=attempt.at)
    currency = Currency(spec.currency) if spec is not None else Currency.USD
    is_stopped = failure is not None and failure.kind == Kind.STOPPED
    return AiTokenUsage(
        tenant=attempt.tenant,
        assistant=attempt.assistant,
        token_id=attempt.route.token_id,
        key_name=attempt.route.name,
        provider=attempt.route.provider,
        model_used=attempt.route.model,
        request_type=attempt.request_type,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cached_tokens=cached,
        total_tokens=prompt + completion,
        is_estimated=is_estimated,
        response_time=attempt.seconds,
        first_token_time=answer.first_token_seconds,
        success=failure is None or is_stopped,
        stopped=is_stopped,
        error_code=failure.code[:64] if failure and not is_stopped else "",
        error_message=message if not is_stopped else "",
        request_id=answer.request_id[:128],
        cost=cost,
        cost_currency=currency,
        fx_rate=roubles_per(currency) if cost else None,
    )


def roubles_per(currency: Currency) -> Decimal | None:
    """Return the rate that staff set (``ai.rub_per_usd`` and so on), if any."""
    if currency == Currency.RUB:
        return Decimal(1)
    key = f"rub_per_{currency.value.lower()}"
    value = SystemSetting.objects.filter(category=SettingCategory.AI, key=key, is_active=True).values_list(
        "value", flat=True
    )
    try:
        return Decimal(value.first() or "")
    except InvalidOperation:
        return None


def _measure(attempt: Attempt, usage: AiTokenUsage) -> None:
    provider = str(attempt.route.provider)
    outcome = attempt.failure.code if attempt.failure else "ok"
    metrics.calls.labels(provider, metrics.label_of(attempt.route), usage.request_type, outcome).inc()
    metrics.seconds.labels(provider, usage.request_type).observe(attempt.seconds)
    metrics.tokens.labels(provider, "in").inc(usage.prompt_tokens)
    metrics.tokens.labels(provider, "out").inc(usage.completion_tokens)
    if usage.first_token_time is not None:
        metrics.first_token.labels(provider).observe(usage.first_token_time)

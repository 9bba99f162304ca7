"""The one way to ask a model for the desk: paid, limited, logged, and checked before anybody sees it.

No model is asked inside a transaction. What was written is saved and its price
taken together; whatever goes wrong gives the price back and leaves a log entry.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils.timezone import now

from assistants import door
from assistants.door import Completion, Message
from assistants.enums import Currency, RequestType
from assistants.errors import ModelFailed, NoModelAvailable
from billing import services as billing
from billing.enums import ServiceType
from billing.models import BalanceHold
from config.db import new_uuid
from marketplace import prompts
from marketplace.compliance import Channel, Finding, check, is_refused
from marketplace.enums import LoggedAction, LoggedEntity
from marketplace.errors import NotWritten
from marketplace.models import AiLog, SellerSettings, Store
from marketplace.prompts import Material, Purpose
from marketplace.services.places import check_limit, place

log = structlog.get_logger(__name__)

HOLD_LIFETIME: Final = timedelta(minutes=10)
DEADLINE: Final = 45.0
ANSWER_TOKENS: Final = 700
LONGEST_ERROR: Final = 500
TEMPLATE: Final = "template"
SERVICES: Final[Mapping[Purpose, ServiceType | None]] = {
    Purpose.REVIEW_REPLY: ServiceType.REVIEW_REPLY,
    Purpose.QUESTION_REPLY: ServiceType.QUESTION_REPLY,
    Purpose.CHAT_REPLY: ServiceType.CHAT_REPLY,
    Purpose.OFFER: ServiceType.CHAT_REPLY,
    Purpose.COMPLAINT: ServiceType.COMPLAINT_DRAFT,
    Purpose.CHAT_TAG: None,
    Purpose.CHAT_STAGE: None,
}
ACTIONS: Final[Mapping[Purpose, LoggedAction]] = {
    Purpose.REVIEW_REPLY: LoggedAction.GENERATE_REPLY,
    Purpose.QUESTION_REPLY: LoggedAction.GENERATE_REPLY,
    Purpose.CHAT_REPLY: LoggedAction.GENERATE_REPLY,
    Purpose.OFFER: LoggedAction.GENERATE_OFFER,
    Purpose.COMPLAINT: LoggedAction.GENERATE_COMPLAINT,
    Purpose.CHAT_TAG: LoggedAction.CLASSIFY_CHAT,
    Purpose.CHAT_STAGE: LoggedAction.CLASSIFY_CHAT,
}


def _no_faults(_: str) -> list[str]:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be written, about what, and for which channel it is checked.

    ``template`` are the words used without a model: none is connected, or there
    is nothing to think about (``is_plain``). ``channel`` is none for texts that
    nobody receives. ``faults`` says what else is wrong with a text, for the model's
    one more attempt. ``prompt`` is tried in place of the kept one.
    """

    store: Store
    purpose: Purpose
    entity: LoggedEntity
    entity_id: int
    material: Material
    channel: Channel | None = None
    product_name: str = ""
    template: str = ""
    is_plain: bool = False
    max_tokens: int = ANSWER_TOKENS
    model: str = ""
    prompt: str = ""
    faults: Callable[[str], list[str]] = _no_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written; a refused text was not paid for and must not be sent as it is."""

    text: str
    log: AiLog
    findings: list[Finding] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    price: Decimal = Decimal(0)
    completion: Completion | None = None
    seconds: float = 0.0

    @property
    def is_refused(self) -> bool:
        """Say whether the rules of Wildberries forbid it, or it is not what was asked for."""
        return is_refused(self.findings) or bool(self.faults)

    @property
    def is_template(self) -> bool:
        """Say whether no model wrote it."""
        return self.log.model == TEMPLATE


def settings_of(store: Store) -> SellerSettings | None:
    """Return how the seller wants drafts to be."""
    return SellerSettings.objects.filter(tenant=store.tenant_id).first()


def write(task: Task, *, at: datetime, save: Callable[[Written], bool] = lambda _: True) -> Written:
    """Have a text written, outside any transaction; ``save`` keeps it, in one transaction with its price.

    ``save`` returns False when what was answered has moved on; then nothing is charged.

    Raises:
        DeskBusy, DailyLimitReached, InsufficientFunds: nothing was asked.
        NotWritten: no model answered; the price was given back.
    """
    if task.template and (task.is_plain or not door.can_reason(task.store.tenant, at=at)):
        return _from_template(task, save)
    settings = settings_of(task.store)
    with place(task.store.tenant, settings, at=at):
        return _from_model(task, settings, save)


def _from_template(task: Task, save: Callable[[Written], bool]) -> Written:
    findings = check(task.template, channel=task.channel, product_name=task.product_name) if task.channel else []
    with transaction.atomic():
        entry = _log(task, text=task.template, model=TEMPLATE, metadata={"template": True})
        written = Written(text=task.template, log=entry, findings=findings)
        save(written)
    return written


def _from_model(task: Task, settings: SellerSettings | None, save: Callable[[Written], bool]) -> Written:
    tenant, service = task.store.tenant, SERVICES[task.purpose]
    hold = None
    if service:
        hold = billing.hold(tenant, service=service, key=f"desk:{new_uuid()}", at=now(), ttl=HOLD_LIFETIME)
    mark = secrets.token_hex(8)
    messages = told(task, settings, mark=mark)
    started = time.monotonic()
    try:
        check_limit(tenant, settings, at=now())
        answer = _ask(task, messages, mark)
        seconds = time.monotonic() - started
        return _keep(task, save, hold, messages=messages, answer=answer, seconds=seconds)
    except (ModelFailed, NoModelAvailable) as failure:
        _release(hold, "failed")
        _log(task, prompt=_shown(messages), error=str(failure), usage_id=getattr(failure, "usage_id", None))
        log.warning("desk_text_not_written", purpose=task.purpose, error=str(failure))
        raise NotWritten(reason=str(failure)) from failure
    except BaseException:
        _release(hold, "failed")
        raise


def told(task: Task, settings: SellerSettings | None, *, mark: str = "") -> list[Message]:
    """Return what a model is told for a task."""
    about: dict[str, Any] = {"store": task.store, "settings": settings, "mark": mark, "prompt": task.prompt}
    return prompts.build(task.purpose, task.material, **about)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a model wrote and what is wrong with it; ``completion`` counts all attempts together."""

    completion: Completion
    text: str
    findings: list[Finding]
    faults: list[str]

    @property
    def wrong(self) -> list[str]:
        """Return why it may not stay as it is."""
        forbidden = {f"{f.rule.value}: «{f.words[:80]}»" for f in self.findings} if is_refused(self.findings) else set()
        return [*sorted(forbidden), *self.faults]


def _ask(task: Task, messages: list[Message], mark: str) -> _Answer:
    """Ask, and once more with what was wrong if the text may not go out."""
    first = _judged(task, _complete(task, messages), mark)
    if not first.wrong:
        return first
    again = [
        *messages,
        Message(role="assistant", content=first.text or "…"),
        Message(role="user", content=f"This breaks the rules ({'; '.join(first.wrong)}). Write it again without that."),
    ]
    second = _judged(task, _complete(task, again), mark)
    return replace(second, completion=_both(first.completion, second.completion))


def _both(first: Completion, last: Completion) -> Completion:
    costs = [one.cost for one in (first, last) if one.cost is not None and one.cost_currency == last.cost_currency]
    return replace(
        last,
        prompt_tokens=first.prompt_tokens + last.prompt_tokens,
        completion_tokens=first.completion_tokens + last.completion_tokens,
        cost=sum(costs, Decimal(0)) if costs else None,
    )


def _complete(task: Task, messages: list[Message]) -> Completion:
    return door.complete(
        tenant=task.store.tenant,
        messages=messages,
        request_type=RequestType.COMPLETION,
        model=task.model or None,
        max_tokens=task.max_tokens,
        deadline=DEADLINE,
        at=now(),
    )


def _judged(task: Task, completion: Completion, mark: str) -> _Answer:
    """Return the text without what a model adds around it, and what is wrong with it."""
    text = completion.text.replace("\0", "").strip().strip('"«»').strip()
    findings = check(text, channel=task.channel, product_name=task.product_name) if task.channel else []
    faults = task.faults(text)
    if mark in text:  # a model that repeats its instructions obeys somebody else
        findings += check(text.replace(mark, "системный промпт"), channel=task.channel) if task.channel else []
        text = text.replace(mark, "")
    return _Answer(completion, text, findings, faults)


def _keep(
    task: Task,
    save: Callable[[Written], bool],
    hold: BalanceHold | None,
    *,
    messages: list[Message],
    answer: _Answer,
    seconds: float,
) -> Written:
    completion, refused = answer.completion, bool(answer.wrong)
    why = "; ".join([*sorted({finding.rule.value for finding in answer.findings}), *answer.faults])
    price = Decimal(0) if refused or hold is None else hold.amount
    with transaction.atomic():
        entry = _log(
            task,
            prompt=_shown(messages),
            text=answer.text,
            model=completion.model,
            tokens_used=completion.prompt_tokens + completion.completion_tokens,
            cost_usd=completion.cost if completion.cost_currency == Currency.USD else None,
            usage_id=completion.usage_id,
            price=price,
            error=f"compliance: {why}" if refused else None,
            metadata=_facts(task, answer.findings, seconds=seconds),
        )
        written = Written(text=answer.text, log=entry, findings=answer.findings, faults=answer.faults, price=price,
                          completion=completion, seconds=seconds)  # fmt: skip
        is_kept = save(written)
        if hold is not None and is_kept and not refused:
            billing.capture(hold, at=now(), related_id=entry.pk, channel="wb", description=str(task.purpose.label))
            return written
        if price:
            AiLog.objects.filter(pk=entry.pk).update(price=0)
    _release(hold, "refused" if refused else "moved_on")
    return written


def _release(hold: BalanceHold | None, reason: str) -> None:
    if hold is not None:
        billing.release(hold, at=now(), reason=reason)


def _facts(task: Task, findings: list[Finding], *, seconds: float) -> dict[str, Any]:
    return {
        "seconds": round(seconds, 2),
        "sources": [passage.title for passage in task.material.passages],
        "findings": [{"rule": finding.rule.value, "words": finding.words[:200]} for finding in findings],
    }


def _shown(messages: list[Message]) -> str:
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in messages)


def _log(task: Task, *, text: str = "", error: str | None = None, **values: Any) -> AiLog:
    return AiLog.objects.create(
        tenant_id=task.store.tenant_id,
        store=task.store,
        entity_type=task.entity,
        entity_id=task.entity_id,
        action=ACTIONS[task.purpose],
        response=text,
        error=error[:LONGEST_ERROR] if error else None,
        **values,
    )

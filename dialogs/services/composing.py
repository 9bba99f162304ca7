"""Making an answer for money: the price is held, the model asked, its words made safe.

Whoever composes saves the answer and takes its price together
(``billing.capture``), or gives the price back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from django.utils.timezone import now

from accounts.models import Tenant
from assistants import door
from assistants.models import Assistant
from billing import services as billing
from billing.enums import ServiceType
from billing.models import BalanceHold
from dialogs import cleaning, prompts, receipts
from dialogs.services.deciding import Question
from knowledge.search import SearchResult

HOLD_LIFETIME: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """Words that may be sent, what they stand on, and the price held for them."""

    text: str
    found: SearchResult | None
    completion: door.Completion
    hold: BalanceHold
    assistant_id: int | None

    def receipt(self, *, run: str, first_token_seconds: float | None = None) -> receipts.Receipt:
        """Return what is stored with the message."""
        return receipts.make(
            text=self.text,
            found=self.found,
            completion=self.completion,
            price=self.hold.amount,
            run=run,
            first_token_seconds=first_token_seconds,
        )


def compose(
    tenant: Tenant,
    *,
    assistant: Assistant,
    question: Question,
    found: SearchResult | None,
    key: str,
    on_text: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Composed:
    """Hold the price and have the model answer; outside any transaction.

    The text is empty, and the price given back, when the model was stopped before its first word or said nothing that
    may be shown. ``found`` is none for small talk; ``key`` is the idempotency key of the price; the callbacks are
    ``door.complete``'s.

    Raises:
        InsufficientFunds: the price is not there.
        NoModelAvailable, ModelFailed: see ``door.complete``; the price was given back.
    """
    passages = found.passages if found else ()
    messages = prompts.build(
        assistant,
        passages=passages,
        history=question.history,
        language=question.language,
        instruction=question.instruction,
    )
    ask = partial(door.complete, on_text=on_text, should_stop=should_stop)
    sources = [passage.text for passage in passages]
    return _paid(tenant, assistant=assistant, messages=messages, sources=sources, found=found, key=key, ask=ask)


def reword(tenant: Tenant, *, assistant: Assistant, text: str, how: str, key: str) -> Composed:
    """Hold the price and have the model put an operator's words differently; outside any transaction.

    Args:
        tenant: Who pays.
        assistant: Whose prompt leads.
        text: The operator's words.
        how: What is to change, in a sentence.
        key: The idempotency key of the price.

    Raises:
        InsufficientFunds, NoModelAvailable, ModelFailed: see ``compose``.
    """
    messages = prompts.rewrite(assistant, text, how=how)
    return _paid(tenant, assistant=assistant, messages=messages, sources=[text], found=None, key=key, ask=door.complete)


def _paid(
    tenant: Tenant,
    *,
    assistant: Assistant,
    messages: list[door.Message],
    sources: list[str],
    found: SearchResult | None,
    key: str,
    ask: Callable[..., door.Completion],
) -> Composed:
    hold = billing.hold(tenant, service=ServiceType.AI_MESSAGE, key=key, at=now(), ttl=HOLD_LIFETIME)
    try:
        completion = ask(tenant=tenant, assistant=assistant, messages=messages, at=now())
        text = cleaning.clean(completion.text, sources=sources)
    except BaseException:
        billing.release(hold, at=now(), reason="failed")
        raise
    if not text:
        billing.release(hold, at=now(), reason="empty")
    return Composed(
        text=text, found=found, completion=completion, hold=hold, assistant_id=assistant.pk if assistant else None
    )

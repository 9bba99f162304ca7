"""Putting a complaint into words: by a model when one can think, else by rules that say so."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils.translation import override

from assistants.enums import Currency
from billing.errors import InsufficientFunds
from marketplace import grounds
from marketplace.complaint_enums import DraftedBy
from marketplace.compliance import Channel, check, is_refused
from marketplace.enums import ComplaintReason, LoggedEntity
from marketplace.errors import ComplaintExists, ComplaintFrozen, DailyLimitReached, DeskBusy, NotWritten
from marketplace.models import AiLog, Review, ReviewComplaint
from marketplace.models.complaints import SOFT_LIMIT, TEXT_LIMIT
from marketplace.prompts import Material, Purpose
from marketplace.services.writing import Task, Written, write

# What moderators read, so it is in their language and not translated.
CLAIMS: Final[Mapping[ComplaintReason, str]] = {
    ComplaintReason.UNRELATED: "Отзыв не относится к товару: покупатель пишет о доставке или работе пункта выдачи, "
    "а о свойствах товара не говорит ничего.",
    ComplaintReason.COMPETITORS: "Отзыв похож на оставленный конкурентами: вместо опыта с товаром он отсылает "
    "покупателей к другому продавцу.",
    ComplaintReason.SPAM_TEXT: "В тексте отзыва реклама: он уводит покупателей по ссылке, контактам или на другую "
    "площадку.",
    ComplaintReason.OBSCENE_TEXT: "В отзыве нецензурная лексика, которую правила публикации отзывов запрещают.",
    ComplaintReason.POLITICS: "Отзыв содержит политические высказывания, не относящиеся к товару.",
    ComplaintReason.THREATS: "В отзыве угрозы или оскорбления, которые правила публикации отзывов запрещают.",
    ComplaintReason.OTHER: "Просим проверить отзыв на соответствие правилам публикации: в нём нет сведений о "
    "свойствах товара, которые помогли бы другим покупателям.",
}
REQUEST: Final = "Просим проверить отзыв и исключить его из рейтинга товара."


# A model reads words only: it cannot say what a photo or a video shows.
OF_TEXT: Final = tuple(
    reason
    for reason in ComplaintReason
    if reason not in (ComplaintReason.SPAM_MEDIA, ComplaintReason.OBSCENE_MEDIA, ComplaintReason.UNRELATED_MEDIA)
)
INSTRUCTION: Final = (
    "Выбери одну причину из списка: {reasons}. Ответь одним объектом JSON без пояснений: "
    '{{"reason": номер причины, "text": "жалоба до {limit} знаков", "quotes": ["цитата", …]}}. Каждая цитата — кусок '
    "отзыва буква в букву, с теми же опечатками; всего до {quotes} цитат. Для любой причины, кроме 19, нужна цитата. "
    "В самом тексте в кавычках-ёлочках — тоже только слова отзыва. Если нарушения нет, выбери 19 без цитат и скажи об "
    "этом прямо."
)
QUOTED: Final = re.compile(r"«([^«»]+)»")


@dataclass(frozen=True, slots=True)
class Content:
    """What a draft says and what it cost."""

    reason: ComplaintReason
    text: str
    quotes: tuple[str, ...]
    drafted_by: DraftedBy
    costs: Mapping[str, Any] = field(default_factory=dict)


def compose(
    review: Review,
    said: str,
    found: Sequence[grounds.Ground],
    *,
    keep: Callable[[Content], ReviewComplaint],
    at: datetime,
) -> ReviewComplaint:
    """Have a complaint about a review written and keep it, its price taken in the same transaction.

    Where no model can write one that stands, rules do it, free of charge.

    Raises:
        ComplaintExists, ComplaintFrozen: from ``keep``; nothing is charged.
    """
    kept: list[ReviewComplaint] = []
    late: list[ComplaintExists | ComplaintFrozen] = []

    def save(written: Written) -> bool:
        if written.is_refused:
            return False
        content = by_rules(found) if written.is_template else _by_model(written)
        try:
            complaint = keep(content)
        except (ComplaintExists, ComplaintFrozen) as refused:
            late.append(refused)
            return False
        about = {"entity_type": LoggedEntity.COMPLAINT, "entity_id": complaint.pk}
        AiLog.objects.filter(pk=written.log.pk).update(**about)
        kept.append(complaint)
        return True

    try:
        write(complaint_task(review, said, found), at=at, save=save)
    except (NotWritten, DeskBusy, DailyLimitReached, InsufficientFunds):
        return keep(by_rules(found))
    if late:
        raise late[0]
    return kept[0] if kept else keep(by_rules(found))


def by_rules(found: Sequence[grounds.Ground]) -> Content:
    """Return a draft made of the strongest ground; without one it claims nothing it cannot show."""
    if not found:
        text = f"{CLAIMS[ComplaintReason.OTHER]} {REQUEST}"
        return Content(ComplaintReason.OTHER, text, (), DraftedBy.RULES)
    ground = found[0]
    quoted = "; ".join(f"«{quote}»" for quote in ground.quotes)
    text = f"{CLAIMS[ground.reason]} Цитата: {quoted}. {REQUEST}"
    return Content(ground.reason, text, ground.quotes, DraftedBy.RULES)


def complaint_task(review: Review, said: str, found: Sequence[grounds.Ground]) -> Task:
    """Return what is to be written about a review to the moderators."""
    reasons = "; ".join(f"{reason.value} — {name_of(reason)}" for reason in OF_TEXT)
    hints = "\n".join(f"{ground.reason.value}: {' | '.join(ground.quotes)}" for ground in found)
    return Task(
        store=review.store,
        purpose=Purpose.COMPLAINT,
        entity=LoggedEntity.REVIEW,
        entity_id=review.pk,
        product_name=review.product.name,
        template=by_rules(found).text,
        is_plain=not said.strip(),
        faults=lambda text: _faults(text, said, review.product.name),
        material=Material(
            facts={"Товар": review.product.name, "Оценка": f"{review.rating} из 5"},
            texts=[("Отзыв покупателя", said), *([("Замечено в отзыве", hints)] if hints else [])],
            instruction=INSTRUCTION.format(reasons=reasons, limit=SOFT_LIMIT, quotes=grounds.MOST_QUOTES),
        ),
    )


def _by_model(written: Written) -> Content:
    reason, text, quotes = _read(written.text)
    spent = written.completion
    costs: dict[str, Any] = {"generation_duration_ms": round(written.seconds * 1000)}
    if spent is not None:
        costs |= {
            "ai_model": spent.model[:100],
            "ai_prompt_tokens": spent.prompt_tokens,
            "ai_completion_tokens": spent.completion_tokens,
            "ai_total_tokens": spent.prompt_tokens + spent.completion_tokens,
            "ai_cost_usd": spent.cost if spent.cost_currency == Currency.USD else None,
        }
    return Content(ComplaintReason(reason), text, quotes, DraftedBy.MODEL, costs)


def _read(answer: str) -> tuple[int, str, tuple[str, ...]]:
    """Return reason, text and quotes of a model's answer.

    Raises:
        ValueError: it has another shape.
    """
    loaded = json.loads(answer[answer.find("{") : answer.rfind("}") + 1])
    reason, text, quotes = (loaded.get(name) for name in ("reason", "text", "quotes")) if loaded else (None,) * 3
    if not isinstance(text, str) or not isinstance(quotes, list) or not all(isinstance(one, str) for one in quotes):
        raise ValueError(answer)
    return int(str(reason)), text.strip(), tuple(dict.fromkeys(one for one in quotes if one.strip()))


def _faults(answer: str, said: str, product: str) -> list[str]:
    """Return what keeps a model's answer from being a complaint, in words for the model."""
    try:
        reason, text, quotes = _read(answer)
    except ValueError:
        return ["not the JSON object that was asked for"]
    faults = []
    if reason not in OF_TEXT:
        faults.append(f"{reason} is no reason of the list")
    if not text or len(text) > TEXT_LIMIT:
        faults.append(f"the text has {len(text)} characters, at most {TEXT_LIMIT}")
    if len(quotes) > grounds.MOST_QUOTES:
        faults.append(f"more than {grounds.MOST_QUOTES} quotes")
    if not quotes and reason != ComplaintReason.OTHER:
        faults.append("no quote for this reason")
    shown = [quote for quote in QUOTED.findall(text) if quote not in product and not _is_reason(quote)]
    made_up = [quote for quote in (*quotes, *shown) if not grounds.is_verbatim(quote, said)]
    faults += [f"not in the review letter by letter: «{quote[:80]}»" for quote in dict.fromkeys(made_up)]
    findings = check(text, channel=Channel.COMPLAINT, product_name=product)
    if is_refused(findings):
        faults += sorted({f"{finding.rule.value}: «{finding.words[:80]}»" for finding in findings})
    return faults


def _is_reason(words: str) -> bool:
    return words.casefold() in {name_of(reason).casefold() for reason in ComplaintReason}


def name_of(reason: ComplaintReason) -> str:
    """Return a reason as the portal calls it."""
    with override("ru"):
        return str(reason.label)

"""Putting a complaint into words: by a model when one can think, else by rules that say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from marketplace import grounds
from marketplace.complaint_enums import DraftedBy
from marketplace.enums import ComplaintReason
from marketplace.models import Review

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


@dataclass(frozen=True, slots=True)
class Content:
    """What a draft says and what it cost."""

    reason: ComplaintReason
    text: str
    quotes: tuple[str, ...]
    drafted_by: DraftedBy
    costs: Mapping[str, Any] = field(default_factory=dict)


def compose(review: Review, found: Sequence[grounds.Ground], *, at: datetime) -> Content:
    """Return the words of a complaint about a review."""
    return by_rules(found)


def by_rules(found: Sequence[grounds.Ground]) -> Content:
    """Return a draft made of the strongest ground; without one it claims nothing it cannot show."""
    if not found:
        text = f"{CLAIMS[ComplaintReason.OTHER]} {REQUEST}"
        return Content(ComplaintReason.OTHER, text, (), DraftedBy.RULES, NO_COSTS)
    ground = found[0]
    quoted = "; ".join(f"«{quote}»" for quote in ground.quotes)
    text = f"{CLAIMS[ground.reason]} Цитата: {quoted}. {REQUEST}"
    return Content(ground.reason, text, ground.quotes, DraftedBy.RULES, NO_COSTS)


NO_COSTS: Final[Mapping[str, Any]] = {
    "ai_model": "",
    "ai_prompt_tokens": None,
    "ai_completion_tokens": None,
    "ai_total_tokens": None,
    "ai_cost_usd": None,
    "generation_duration_ms": None,
}

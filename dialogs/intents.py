"""What a customer's message is about, by rules that need no model.

A model may refine this later; the rules are what holds without one. Words are
compared by their Snowball stems, so «возврата» and «вернуть» meet their rows.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import snowballstemmer

WORD: Final = re.compile(r"[a-zа-яё0-9]+", re.IGNORECASE)
ORDER_NUMBER: Final = re.compile(
    r"(?:№|#|заказ\w*\s+(?:номер\s+)?|order\s+)\s*([A-ZА-Я]{0,3}-?\d{4,12})", re.IGNORECASE
)
PHONE: Final = re.compile(r"(?<!\d)(?:\+7|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)")
EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")

STAFF: Final = r"(оператор|менеджер|сотрудник|консультант|специалист|человек|людьми|живым)\w*"
PERSON: Final = re.compile(
    r"\b(позов|соедин|переключ|перевед|свяж|поговор|пообща|вызов|пригласи)\w*[^.?!\n]{0,30}\b" + STAFF + r"|"
    r"\b(нужен|нужна|хочу|дайте|хотел\w*|можно)\s+(мне\s+|с\s+)?(жив\w+\s+)?" + STAFF + r"|"
    r"^\s*(жив\w+\s+)?" + STAFF + r"\W*$|"
    r"\b(talk|speak|connect|transfer|chat)\b[^.?!\n]{0,30}\b(human|person|agent|operator|someone)\b|"
    r"^\s*(a\s+)?(real\s+)?(human|agent|operator|person)\W*$",
    re.IGNORECASE,
)
NOT_PERSON: Final = re.compile(r"\bне\s+(надо|нужно|нужен|зовите|хочу)\b", re.IGNORECASE)

TOPICS: Final[dict[str, str]] = {
    "delivery": "доставка доставить доставят курьер пункт выдача самовывоз посылка трек отправка "
    "shipping delivery courier",
    "return": "возврат вернуть обмен обменять return refund exchange",
    "payment": "оплата оплатить карта рассрочка счёт чек сбп payment pay invoice",
    "size": "размер размерный сетка длина рост объём size sizing",
    "warranty": "гарантия брак дефект порвался сломался warranty defect",
    "promotion": "скидка акция промокод распродажа подарок discount promo sale",
    "contact": "телефон адрес режим график почта магазин шоурум phone address hours",
    "product": "ткань состав цвет материал наличие стирка уход fabric colour material stock",
}
SMALL_TALK: Final[dict[str, re.Pattern[str]]] = {
    "greeting": re.compile(
        r"^\W*(здравствуй\w*|привет\w*|добр\w+\s+(день|вечер|утро|время суток)\w*|доброго\s+\w+|"
        r"hi|hello|hey|good\s+(morning|day|evening))(\s+(вам|всем|there))?\W*$",
        re.IGNORECASE,
    ),
    "thanks": re.compile(
        r"^\W*((большое\s+)?спасибо|благодарю|спс|thanks?|thank\s+you)(\s+(большое|вам|за\s+\w+|a\s+lot))*\W*$",
        re.IGNORECASE,
    ),
    "goodbye": re.compile(
        r"^\W*(до\s+свидания|пока|всего\s+(доброго|хорошего)|хорошего\s+дня|bye|goodbye)\W*$", re.IGNORECASE
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the rules made of a message."""

    intent: str
    confidence: float
    entities: dict[str, Any] = field(default_factory=dict)


def read(text: str) -> Reading:
    """Return the intent, how sure the rules are (0 to 1), and order numbers, phones and mails found."""
    entities = {
        name: found
        for name, found in (
            ("order", ORDER_NUMBER.findall(text)),
            ("phone", PHONE.findall(text)),
            ("email", EMAIL.findall(text)),
        )
        if found
    }
    if PERSON.search(text) and not NOT_PERSON.search(text):
        return Reading(intent="ask_person", confidence=0.95, entities=entities)
    for name, pattern in SMALL_TALK.items():
        if pattern.match(text):
            return Reading(intent=name, confidence=0.95, entities=entities)
    stems = stems_of(text)
    scores = {topic: len(stems & _topic_stems(topic)) for topic in TOPICS}
    best = max(scores, key=lambda topic: scores[topic])
    if scores[best]:
        return Reading(intent=best, confidence=min(0.5 + 0.2 * scores[best], 0.9), entities=entities)
    return Reading(intent="question", confidence=0.3, entities=entities)


def language_of(text: str, *, default: str) -> str:
    """Return ``ru`` or ``en`` by the script most letters are in, or ``default`` when there are none."""
    cyrillic = len(re.findall(r"[а-яё]", text, re.IGNORECASE))
    latin = len(re.findall(r"[a-z]", text, re.IGNORECASE))
    if not cyrillic and not latin:
        return default
    return "ru" if cyrillic >= latin else "en"


def stems_of(text: str) -> frozenset[str]:
    """Return the Snowball stems of the words of ``text``, ё folded to е."""
    words = WORD.findall(text.lower().replace("ё", "е"))
    russian, english = snowballstemmer.stemmer("russian"), snowballstemmer.stemmer("english")
    return frozenset((english if word.isascii() else russian).stemWord(word) for word in words)


@lru_cache
def _topic_stems(topic: str) -> frozenset[str]:
    return stems_of(TOPICS[topic])

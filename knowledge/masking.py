"""Takes what identifies a person out of a text before it becomes knowledge."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

CYRILLIC: Final = re.compile("[а-яё]", re.IGNORECASE)
PATTERNS: Final = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("card", re.compile(r"(?<![\d-])\d(?:[ -]?\d){14,18}(?![\d-])")),
    ("phone", re.compile(r"(?<![\w+])(?:\+\d{1,3}|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)")),
    ("order", re.compile(r"(?:№|#)\s*[\w-]*\d[\w-]*")),
    ("order", re.compile(r"(?<=заказ )\d{4,}|(?<=заказа )\d{4,}|(?<=order )\d{4,}", re.IGNORECASE)),
    ("order", re.compile(r"\b[A-ZА-ЯЁ]{1,4}-\d{4,}\b")),
    ("order", re.compile(r"(?<![\w.,-])\d{6,}(?![\w-])(?!\s*(?:₽|р\b|руб|rub|\$|€))", re.IGNORECASE)),
    ("account", re.compile(r"(?<![\w@])@[A-Za-z]\w{3,}")),
)
SHORTEST_NAME: Final = 3
WORDS: Final = {
    "email": ("[e-mail]", "[e-mail]"),
    "card": ("[card]", "[карта]"),
    "phone": ("[phone]", "[телефон]"),
    "order": ("[order number]", "[номер заказа]"),
    "account": ("[account]", "[аккаунт]"),
    "name": ("[name]", "[имя]"),
}


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without what identifies a person, and how much of each kind was taken out."""

    text: str
    kinds: Counter[str]


def mask(text: str, *, names: Iterable[str] = ()) -> Masked:
    """Replace what names a person by words in the text's own language.

    Phones, mails, cards, accounts and order numbers are known by their shape,
    ``names`` as they are written.
    """
    is_russian = bool(CYRILLIC.search(text))
    kinds: Counter[str] = Counter()
    called = [re.escape(name) for name in names if len(name) >= SHORTEST_NAME]
    named = (("name", re.compile(rf"\b(?:{'|'.join(called)})\b", re.IGNORECASE)),) if called else ()
    for kind, pattern in (*PATTERNS, *named):
        text, count = pattern.subn(WORDS[kind][is_russian], text)
        if count:
            kinds[kind] += count
    return Masked(text, kinds)

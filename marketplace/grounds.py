"""What in a review is a ground for a complaint, by the reasons of the portal; every quote is verbatim."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from marketplace.compliance import Channel, Rule, check
from marketplace.compliance.folding import fold
from marketplace.enums import ComplaintReason

SPAM: Final = frozenset({Rule.LINK, Rule.EMAIL, Rule.PHONE, Rule.MESSENGER, Rule.MARKETPLACE, Rule.PAYMENT_ASIDE})
MOST_QUOTES: Final = 3
LONGEST_QUOTE: Final = 200

# Over folded text: small letters, ё as е.
THREATS: Final = re.compile(
    r"\b(?:убью|зарежу|прибью|найду\s+вас|вы\s+пожалеете|поплатитесь|сожгу|угрожа\w+|ждите\s+в\s+гости)\b"
)
INSULTS: Final = re.compile(
    r"\b(?:мошенник\w*|жулик\w*|твар[ьи]\w*|ублюд\w+|урод(?:ы|ам|ина)?|идиот\w*|дебил\w*|кретин\w*|мраз[ьи]\w*|"
    r"скот(?:ы|ина)\w*|сволоч\w*|подонк\w*|лохотрон\w*|лох(?:и|ов|ам)?)\b"
)
POLITICS: Final = re.compile(
    r"\b(?:путин\w*|зеленск\w+|навальн\w+|байден\w*|трамп\w*|госдум\w+|кремл\w+|санкци\w+|сво|мобилизаци\w+|"
    r"политик\w+|выбор(?:ы|ах)\s+президент\w*|украин\w+|нато|war|politic\w*)\b"
)
COMPETITORS: Final = re.compile(
    r"\b(?:у\s+друг(?:ого|их)\s+продавц\w+|(?:берите|покупайте|закажите|заказывайте)\s+(?:лучше\s+)?(?:у|в)\s+\w+|"
    r"наш\w*\s+магазин\w*|у\s+нас\s+(?:лучше|дешевле))\b"
)
DELIVERY: Final = re.compile(
    r"\b(?:пвз|пункт\w*\s+выдач\w+|курьер\w*|доставк\w+|доставил\w*|долго\s+(?:ехал|шел|шла|везли)\w*|"
    r"сотрудни\w+\s+пункт\w*|очеред[ьи]\w*|вайлдберри\w+|wildberries|платн\w+\s+(?:возврат|отказ)\w*)\b"
)
PRODUCT: Final = re.compile(
    r"\b(?:качеств\w*|размер\w*|цвет\w*|материал\w*|ткан\w+|шов|швы|запах\w*|сломал\w*|порвал\w*|брак\w*|"
    r"мал\w?|велик\w?|не\s+работает|дыр\w+|пятн\w+|нитк\w+|товар\s+(?:плох|отличн|ужасн)\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason and the words it stands on."""

    reason: ComplaintReason
    quotes: tuple[str, ...]


def find(text: str) -> list[Ground]:
    """Return the grounds in a review, the strongest first."""
    if not text.strip():
        return []
    findings = check(text, channel=Channel.REVIEW_ANSWER)
    folded = fold(text)
    insults = _matches(INSULTS, text)
    rude = [finding.words for finding in findings if finding.rule == Rule.RUDE and finding.words not in insults]
    insulting = [_around(text, word) for word in insults]
    found = [
        (ComplaintReason.OBSCENE_TEXT, [_around(text, words) for words in rude]),
        (ComplaintReason.THREATS, [*_matches(THREATS, text, is_whole=True), *insulting]),
        (ComplaintReason.SPAM_TEXT, [_around(text, f.words) for f in findings if f.rule in SPAM]),
        (ComplaintReason.POLITICS, _matches(POLITICS, text, is_whole=True)),
        (ComplaintReason.COMPETITORS, _matches(COMPETITORS, text, is_whole=True)),
    ]
    if not PRODUCT.search(folded.text):
        found.append((ComplaintReason.UNRELATED, _matches(DELIVERY, text, is_whole=True)))
    return [Ground(reason, _few(quotes)) for reason, quotes in found if quotes]


def is_verbatim(quote: str, text: str) -> bool:
    """Say whether a quote stands in the review, letter by letter."""
    return bool(quote.strip()) and quote in text


def _matches(pattern: re.Pattern[str], text: str, *, is_whole: bool = False) -> list[str]:
    folded = fold(text)
    found = []
    for match in pattern.finditer(folded.text):
        start, end = folded.span(match.start(), match.end())
        found.append(_around(text, text[start:end]) if is_whole else text[start:end])
    return found


def _around(text: str, words: str) -> str:
    """Return the sentence around some words, cut to what fits in a complaint; a piece of the text as it is."""
    place = text.find(words)
    start = max((text.rfind(mark, 0, place) for mark in ".!?\n"), default=-1) + 1
    ends = [end for mark in ".!?\n" if (end := text.find(mark, place + len(words))) >= 0]
    sentence = text[start : min(ends) + 1 if ends else len(text)].strip()
    return sentence if len(sentence) <= LONGEST_QUOTE else words[:LONGEST_QUOTE]


def _few(quotes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(quotes))[:MOST_QUOTES]

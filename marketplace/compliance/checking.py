"""Checking one text for one channel."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from marketplace.compliance import words
from marketplace.compliance.folding import TOKEN, Folded, Word, fold, stem_of
from marketplace.compliance.rules import ADVICE, LIMITS, SAFE, SEVERITIES, Channel, Finding, Rule, Severity

Span = tuple[Rule, int, int]

SENTENCE: Final = re.compile(r"[^.!?…\n]+[.!?…\n]*")
LOOKS_LIKE_DIGIT: Final = re.compile(r"(?<=\d)[oоз](?![^\W\d_oоз])|(?<![^\W\d_oоз])[oоз](?=\d)|(?<=\d)[il|](?=\d)")
NEAR: Final = 14  # words between a reward and the review it is for
NAMED: Final = frozenset({Rule.MESSENGER, Rule.MARKETPLACE, Rule.AI_TALK, Rule.PAYMENT_ASIDE, Rule.RUDE})


def check(text: str, *, channel: Channel, product_name: str = "") -> list[Finding]:
    """Return what in ``text`` may not go to ``channel``, in the order of the text.

    Args:
        text: What would be sent.
        channel: Where to.
        product_name: Words of the product's own name are no advertising of something else.
    """
    folded = fold(text)
    named = {stem_of(word) for word in TOKEN.findall(fold(product_name).text)}
    findings = list(_length(text, channel))
    seen: list[tuple[Rule, int, int]] = []
    for rule, start, end in _spans(folded):
        severity = SEVERITIES[rule].get(channel)
        if severity is None or (rule in NAMED and _is_named(folded.text[start:end], named)):
            continue
        first, last = folded.span(start, end)
        if any(known == rule and begin < last and first < stop for known, begin, stop in seen):
            continue
        seen.append((rule, first, last))
        findings.append(_finding(rule, severity, text, first, last))
    return sorted(findings, key=lambda finding: (finding.start, finding.end))


def is_refused(findings: Iterable[Finding]) -> bool:
    """Say whether the text must not be sent as it is."""
    return any(finding.severity == Severity.REFUSE for finding in findings)


def _finding(rule: Rule, severity: Severity, text: str, start: int, end: int) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        start=start,
        end=end,
        words=text[start:end],
        advice=str(ADVICE[rule]),
        safe=SAFE.get(rule, ""),
    )


def _length(text: str, channel: Channel) -> Iterator[Finding]:
    least, most = LIMITS[channel]
    length = len(text)
    if len(text.strip()) < least or length > most:
        start = most if length > most else 0
        yield Finding(
            rule=Rule.LENGTH,
            severity=Severity.REFUSE,
            start=start,
            end=length,
            words=text[start:length][:80],
            advice=str(ADVICE[Rule.LENGTH]) % {"least": least, "most": most, "length": length},
        )


def _spans(folded: Folded) -> Iterator[Span]:
    for rule, pattern in words.PATTERNS:
        for source in dict.fromkeys((folded.text, folded.latin)):
            for match in pattern.finditer(source):
                if match.group().strip():
                    yield rule, match.start(), match.end()
    yield from _phones(folded)
    yield from _cards(folded)
    yield from _marketplaces(folded)
    yield from _rewards(folded)


def _phones(folded: Folded) -> Iterator[Span]:
    digits = _letters_as_digits(folded.text)
    for match in words.PHONES.finditer(digits):
        before = folded.text[max(0, match.start() - 40) : match.start()]
        if not words.NUMBERED.search(before):
            yield Rule.PHONE, match.start(), match.end()


def _letters_as_digits(text: str) -> str:
    """Read ``8 9О3`` as a number: letters that look like digits, beside a digit."""
    for _ in range(2):  # a letter may stand beside another
        text = LOOKS_LIKE_DIGIT.sub(_digit, text)
    return text


def _digit(match: re.Match[str]) -> str:
    letter = match.group()
    return "0" if letter in "oо" else "3" if letter == "з" else "1"


def _cards(folded: Folded) -> Iterator[Span]:
    for match in words.CARD.finditer(folded.text):
        if _is_card([int(digit) for digit in match.group() if digit.isdecimal()]):
            yield Rule.PERSONAL_DATA, match.start(), match.end()


def _is_card(digits: list[int]) -> bool:
    """Say whether the last digit confirms the others (Luhn)."""
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]  # noqa: PLR2004 -- of the algorithm
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _marketplaces(folded: Folded) -> Iterator[Span]:
    for source in dict.fromkeys((folded.text, folded.latin)):
        for match in words.MARKETPLACES.finditer(source):
            around = source[max(0, match.start() - 40) : match.end() + 25]
            if match.group().startswith("озон") and words.OZONE.search(around):
                continue
            yield Rule.MARKETPLACE, match.start(), match.end()


def _rewards(folded: Folded) -> Iterator[Span]:
    """Find a reward and the review that is to be written, changed or deleted for it, at most a sentence apart."""
    everything = list(folded.words())
    sentences = [
        [word for word in everything if match.start() <= word.start < match.end()]
        for match in SENTENCE.finditer(folded.text)
    ]
    sentences = [sentence for sentence in sentences if sentence]
    for sentence in sentences:
        yield from _reward_in(sentence)
    for one, other in pairwise(sentences):
        for paying, asking in ((one, other), (other, one)):
            if _pays(paying) and _asks(asking):
                yield Rule.REWARD_FOR_REVIEW, one[0].start, other[-1].end


def _reward_in(sentence: list[Word]) -> Iterator[Span]:
    rewards = [at for at, word in enumerate(sentence) if word.stem in words.REWARDS]
    reviews = [at for at, word in enumerate(sentence) if word.stem in words.REVIEWS]
    actions = [at for at, word in enumerate(sentence) if word.stem in words.ACTIONS]
    for reward in rewards:
        for review in reviews:
            if abs(reward - review) > NEAR:
                continue
            is_acted_on = any(abs(action - review) <= 4 for action in actions)  # noqa: PLR2004 -- words apart
            if is_acted_on or _is_in_exchange(sentence, review):
                first, last = sentence[min(reward, review)], sentence[max(reward, review)]
                yield Rule.REWARD_FOR_REVIEW, first.start, last.end
                return


def _is_in_exchange(sentence: list[Word], review: int) -> bool:
    """Say whether the review is what something is given for, not what somebody is thanked for."""
    for at in range(review - 1, max(review - 4, -1), -1):
        if sentence[at].text in ("за", "for"):
            return not any(word.stem in words.THANKS for word in sentence[max(0, at - 3) : at])
    return False


def _pays(sentence: list[Word]) -> bool:
    return any(word.stem in words.REWARDS and word.text in PAYING for word in sentence)


def _asks(sentence: list[Word]) -> bool:
    has_review = any(word.stem in words.REVIEWS for word in sentence)
    return has_review and any(word.text in ASKING for word in sentence)


PAYING: Final = frozenset(
    [
        "вернем",
        "переведем",
        "возместим",
        "компенсируем",
        "подарим",
        "заплатим",
        "оплатим",
        "начислим",
        "выплатим",
        "отблагодарим",
        "вознаградим",
    ]
)
ASKING: Final = frozenset(
    [
        "удалите",
        "удалить",
        "уберите",
        "убрать",
        "измените",
        "изменить",
        "исправьте",
        "исправить",
        "поменяйте",
        "поменять",
        "дополните",
        "дополнить",
        "скорректируйте",
        "повысьте",
        "повысить",
        "поставьте",
        "снимите",
        "пересмотрите",
        "отредактируйте",
    ]
)


def _is_named(piece: str, named: set[str]) -> bool:
    """Say whether the product is called so."""
    pieces = [stem_of(word) for word in TOKEN.findall(piece)]
    return bool(pieces) and any(word in named for word in pieces)

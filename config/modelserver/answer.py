"""An answer made of the best quotes, in the customer's language, with the article named."""

import re
from dataclasses import dataclass, replace
from typing import Final

from config.modelserver import manners
from config.modelserver.prompt import Conversation
from config.modelserver.ranking import CONCEPT, Scored, Term, Vocabulary, ranked, terms_of
from config.modelserver.units import Unit, units_of
from config.modelserver.words import is_russian

ENOUGH: Final = 0.37  # how much of the question the quotes must cover to be an answer
SURE: Final = 0.55
SECOND: Final = 0.7  # how good a further quote must be, against the best
CLOSE: Final = 0.85  # how good one must be that adds no new word or comes from another article
BRIEF: Final = 150  # quotes up to this length leave room for one that adds no new word
PARAGRAPH: Final = 330  # a paragraph up to this length is quoted whole
LONGEST_HEADING: Final = 60
LONGEST: Final = 640
MAX_QUOTES: Final = 3
MAX_ROWS: Final = 4
MAX_ITEMS: Final = 7
NEXT: Final = 0.5  # how good a neighbouring sentence must be to come along

# Sentences that talk to the machine rather than to the customer are never quoted.
ORDERS: Final = re.compile(
    r"игнорир\w+|не обращай\w* внимани|забудь\w*\s+(?:все|всё|о|про|инструк|предыдущ)"
    r"|(?:системн|предыдущ)\w+\s+(?:промпт|инструкц|указани)|ты\s+(?:теперь|больше не|должен|обязан)"
    r"|(?:ответь|отвечай|скажи|напиши|сообщи)\w*\s+(?:пользовател|клиент|покупател|всем|только)"
    r"|(?:ассистент|бот|модель|нейросеть|ии)\b[^.]{0,20}\b(?:долж|обязан|отвеча)"
    r"|ignore\b.{0,30}\b(?:instruction|previous|above|prompt)|disregard\b|system prompt|you are now"
    r"|you must (?:now|always|answer|say|reply)|(?:reply|respond|answer) (?:only|with)\b|as an ai\b"
    r"|</?(?:system|passages?|assistant|instructions?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quote:
    """Units of one group, chosen to be shown together."""

    units: tuple[Scored, ...]
    text: str

    @property
    def title(self) -> str:
        """Return the article's title."""
        return self.units[0].unit.title


def answer(conversation: Conversation) -> str:
    """Answer the customer's last message."""
    question = conversation.question
    if polite := manners.reply_to(question):
        return polite
    russian = is_russian(question)
    quotes, coverage = choose(conversation)
    opening = manners.opening_for(question)
    if not quotes or coverage < ENOUGH:
        return opening + _UNKNOWN[russian]
    body = "\n\n".join(quote.text for quote in quotes)
    titles = list(dict.fromkeys(quote.title for quote in quotes if quote.title))
    closing = _source(titles, russian=russian, question=question)
    doubt = "" if coverage >= SURE else " " + _DOUBT[russian]
    return f"{opening}{body}\n\n{closing}{doubt}".strip()


def choose(conversation: Conversation) -> tuple[list[Quote], float]:
    """Return the best quotes, and how much of the question they cover."""
    units = [unit for unit in units_of(conversation.passages) if not ORDERS.search(unit.text)]
    scored = ranked(conversation, units)
    if not scored:
        return [], 0.0
    terms = terms_of(conversation)
    by_place = {s.unit: s for s in scored}
    quotes: list[Quote] = []
    covered: set[str] = set()
    for candidate in scored:
        if quotes and not _adds(candidate, scored[0], quotes, covered):
            continue
        quote = _quote(candidate, units, by_place, terms)
        if quotes and sum(len(q.text) for q in quotes) + len(quote.text) > LONGEST:
            continue
        quotes.append(quote)
        covered |= candidate.covered
        if len(quotes) == MAX_QUOTES:
            break
    quotes.sort(
        key=lambda q: (
            q.units[0].unit.passage != scored[0].unit.passage,
            q.units[0].unit.passage,
            q.units[0].unit.group,
        )
    )
    return quotes, scored[0].coverage


def _adds(candidate: Scored, best: Scored, quotes: list[Quote], covered: set[str]) -> bool:
    """Say whether a further quote earns its place: close to the best, and about something not yet said."""
    if candidate.score < SECOND * best.score or not candidate.own:
        return False
    if any(candidate.unit.group == q.units[0].unit.group or _same(candidate.unit.text, q.text) for q in quotes):
        return False
    is_beside = candidate.unit.title == best.unit.title
    if candidate.covered - covered:
        return is_beside or candidate.score >= CLOSE * best.score
    return is_beside and sum(len(q.text) for q in quotes) <= BRIEF and candidate.score >= CLOSE * best.score


def _same(text: str, other: str) -> bool:
    mine, theirs = Vocabulary(text).counts.keys(), Vocabulary(other).counts.keys()
    return len(mine & theirs) >= 0.7 * len(mine)


def _quote(best: Scored, units: list[Unit], scores: dict[Unit, Scored], terms: list[Term]) -> Quote:
    group = [
        scores.get(unit) or Scored(unit, 0.0, 0.0, frozenset(), 0.0) for unit in units if unit.group == best.unit.group
    ]
    if best.unit.text.endswith(":") and (announced := [unit for unit in units if unit.group == best.unit.group + 1]):
        first = scores.get(announced[0]) or Scored(announced[0], 0.0, 0.0, frozenset(), 0.0)
        return _quote(replace(first, score=best.score, own=0.0), units, scores, terms)
    if best.unit.kind == "row":
        return _table(best, group, terms)
    if best.unit.kind in ("item", "step"):
        return _list(best, group)
    return _paragraph(best, group)


def _paragraph(best: Scored, group: list[Scored]) -> Quote:
    """Quote a short paragraph whole, of a longer one the best sentence and the neighbours that belong to it."""
    whole = " ".join(s.unit.text for s in group)
    if len(whole) <= PARAGRAPH:
        return Quote(tuple(group), _introduced(best.unit.heading, whole))
    start = end = group.index(best)
    length = len(best.unit.text)
    while True:
        options = [i for i in (start - 1, end + 1) if 0 <= i < len(group)]
        options = [i for i in options if length + len(group[i].unit.text) <= PARAGRAPH]
        options = [i for i in options if i == end + 1 == group.index(best) + 1 or group[i].score >= NEXT * best.score]
        if not options:
            break
        chosen = max(options, key=lambda i: group[i].score)
        start, end = min(start, chosen), max(end, chosen)
        length += len(group[chosen].unit.text) + 1
    chosen_units = tuple(group[start : end + 1])
    text = " ".join(s.unit.text for s in chosen_units)
    return Quote(chosen_units, _introduced(best.unit.heading, text) if start == 0 else text)


def _introduced(heading: str, text: str) -> str:
    """Put the section's name before a text that relies on it."""
    if (
        not heading
        or len(heading) > LONGEST_HEADING
        or Vocabulary(heading).counts.keys() & Vocabulary(text).counts.keys()
    ):
        return text
    return f"{heading}. {text}" if heading[-1] not in ".!?…:" else f"{heading} {text}"


def _list(best: Scored, group: list[Scored]) -> Quote:
    """Quote all steps, or the items that answer; all items when the question is about the list itself."""
    is_about_the_whole = best.unit.kind == "step" or best.own < NEXT * best.score
    chosen = group if is_about_the_whole else [s for s in group if s.own >= NEXT * best.own]
    chosen = chosen[:MAX_ITEMS]
    lead = f"{best.unit.lead}\n" if best.unit.lead and (is_about_the_whole or len(chosen) > 1) else ""
    if len(chosen) == 1 and not lead:
        text = _ended(chosen[0].unit.text)
        return Quote(tuple(chosen), f"{best.unit.lead} {text}" if best.unit.lead and text[:1].islower() else text)
    marks = [f"{n}. " if s.unit.kind == "step" else "• " for n, s in enumerate(chosen, start=1)]
    lines = [mark + s.unit.text for mark, s in zip(marks, chosen, strict=True)]
    heading = f"{best.unit.heading}:\n" if not lead and best.unit.heading and is_about_the_whole else lead
    return Quote(tuple(chosen), heading + "\n".join(lines))


def _table(best: Scored, group: list[Scored], terms: list[Term]) -> Quote:
    """Quote the rows that answer, with the columns asked for, or with all."""
    chosen = [s for s in group if s.own >= 0.6 * best.own][:MAX_ROWS] if best.own else group[: MAX_ROWS + 2]
    wanted = _columns(best.unit.columns, terms)
    return Quote(tuple(chosen), "\n".join(_row(s.unit, wanted) for s in chosen))


def _columns(columns: tuple[str, ...], terms: list[Term]) -> set[int]:
    strengths = {
        index: max((Vocabulary(name).strength(term) for term in terms), default=0.0)
        for index, name in enumerate(columns)
        if index
    }
    return {index for index, strength in strengths.items() if strength >= CONCEPT}


def _row(unit: Unit, wanted: set[int]) -> str:
    first, cells = unit.cells[0], list(enumerate(unit.cells))[1:]
    if wanted:
        cells = [(index, cell) for index, cell in cells if index in wanted] or cells
    named = [
        f"{unit.columns[index]} — {cell}" if index < len(unit.columns) and unit.columns[index] else cell
        for index, cell in cells
        if cell
    ]
    return f"• {first}: {'; '.join(named)}" if named else f"• {first}"


def _ended(text: str) -> str:
    text = text.rstrip(";,")
    return text if text[-1:] in ".!?…" else f"{text}."


def _source(titles: list[str], *, russian: bool, question: str) -> str:
    if not titles:
        return ""
    quoted = [f"«{title.replace('«', '„').replace('»', '“')}»" if russian else f"“{title}”" for title in titles]
    forms = _SOURCES[russian][len(titles) > 1]
    joined = ", ".join(quoted[:-1]) + (" и " if russian else " and ") + quoted[-1] if len(quoted) > 1 else quoted[0]
    return forms[sum(question.encode()) % len(forms)].format(joined)


# English at [False], Russian at [True]; then one article, several articles.
_SOURCES: Final = (
    (("This is from our article {}.", "More in our article {}."), ("This is from our articles {}.",)),
    (
        ("Подробнее — в статье {}.", "Это из статьи {}.", "Так сказано в статье {}."),
        ("Подробнее — в статьях {}.", "Это из статей {}."),
    ),
)
_UNKNOWN: Final = (
    "I am sorry, the shop's knowledge base has no answer to this, and I will not make one up. Shall I call a person?",
    "К сожалению, в базе знаний магазина нет ответа на этот вопрос, а придумывать я не буду. Позвать сотрудника?",
)
_DOUBT: Final = (
    "If you meant something else, please put it differently, or I can call a person.",
    "Если вы спрашивали о другом, уточните вопрос, или я позову сотрудника.",
)

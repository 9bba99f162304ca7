"""What the history of a document says."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from knowledge.enums import KnowledgeType
from knowledge.models import Document, KnowledgeEntry

CONTEXT: Final = 2
LONGEST: Final = 3_000  # lines; comparing takes quadratic time at worst
LINE_CHARACTERS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison."""

    change: Literal["same", "added", "removed", "gap"]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the text of one version differs from that of another."""

    lines: tuple[Line, ...] = ()
    added: int = 0
    removed: int = 0
    is_too_long: bool = False
    is_unknown: bool = False

    @property
    def is_equal(self) -> bool:
        """Say whether both say the same."""
        return not (self.added or self.removed or self.is_too_long or self.is_unknown)


def compare(older: Document, newer: Document) -> Comparison:
    """Compare the texts of two versions line by line; blank lines do not count."""
    texts = dict(
        KnowledgeEntry.objects.filter(document__in=[older, newer], type=KnowledgeType.ORIGINAL).values_list(
            "document_id", "content"
        )
    )
    if older.pk not in texts or newer.pk not in texts:
        return Comparison(is_unknown=True)
    before, after = _lines(texts[older.pk]), _lines(texts[newer.pk])
    if max(len(before), len(after)) > LONGEST:
        return Comparison(is_too_long=True)
    lines = tuple(_compared(before, after))
    return Comparison(
        lines=lines,
        added=sum(line.change == "added" for line in lines),
        removed=sum(line.change == "removed" for line in lines),
    )


def _lines(text: str) -> list[str]:
    return [line[:LINE_CHARACTERS] for line in text.splitlines() if line.strip()]


def _compared(before: list[str], after: list[str]) -> Iterator[Line]:
    """Yield what changed with a little of what surrounds it."""
    last = 0
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT):
        if group[0][1] > last:
            yield Line("gap")
        for kind, start, end, new_start, new_end in group:
            if kind == "equal":
                yield from (Line("same", text) for text in before[start:end])
            else:
                yield from (Line("removed", text) for text in before[start:end])
                yield from (Line("added", text) for text in after[new_start:new_end])
        last = group[-1][2]
    if 0 < last < len(before):
        yield Line("gap")

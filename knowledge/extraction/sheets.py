"""Turns the rows of a sheet into tables: finds headers, section rows and notes between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.extraction.blocks import Extraction, Kind

LONGEST_SECTION: Final = 80


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something: its number on the sheet, and its filled cells by column."""

    number: int
    cells: dict[int, str]

    @property
    def is_header(self) -> bool:
        """Say whether it names columns: several short texts without digits."""
        return len(self.cells) > 1 and not any(any(map(str.isdigit, text)) for text in self.cells.values())


def add_sheet(extraction: Extraction, rows: Sequence[Row]) -> None:
    """Append a sheet's rows: lone cells as headings or notes, all else as tables under their header.

    A section row inside a price list does not end it: the rows below it keep
    the header of the rows above.
    """
    if all(len(row.cells) == 1 for row in rows):
        for row in rows:
            extraction.add(Kind.PARAGRAPH, *row.cells.values())
        return
    _Sheet(extraction).read(rows)


class _Sheet:
    """Reads rows one by one, holding the table they are in."""

    def __init__(self, extraction: Extraction) -> None:
        self.extraction = extraction
        self.header: Row | None = None
        self.table: list[Row] = []

    def read(self, rows: Sequence[Row]) -> None:
        last = 0
        for position, row in enumerate(rows):
            is_after_gap = row.number > last + 1
            last = row.number
            if len(row.cells) == 1:
                self._lone(row, following=rows[position + 1] if position + 1 < len(rows) else None)
            elif self.header is None or (row.is_header and (is_after_gap or not self.table)):
                self._flush()
                self.header = row
            else:
                self.table.append(row)
        self._flush(is_last=True)

    def _lone(self, row: Row, *, following: Row | None) -> None:
        text = next(iter(row.cells.values()))
        heads = following is not None and following.number == row.number + 1 and len(following.cells) > 1
        if self.table and not heads and next(iter(row.cells)) > min(self._columns()):
            self.table.append(row)  # a cell that continues the row above, not a title
            return
        self._flush()
        if len(text) <= LONGEST_SECTION and following is not None:
            self.extraction.add(Kind.HEADING, text, level=2)
        else:
            self.extraction.add(Kind.PARAGRAPH, text)

    def _columns(self) -> list[int]:
        held = [self.header, *self.table] if self.header else self.table
        return sorted({column for row in held for column in row.cells})

    def _flush(self, *, is_last: bool = False) -> None:
        if self.header and (self.table or is_last):
            columns = self._columns()
            rows = [self.header, *self.table]
            self.extraction.add_table([row.cells.get(column, "") for column in columns] for row in rows)
        self.table = []

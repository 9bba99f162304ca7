"""Comma-separated values: tables, as on a sheet."""

import csv
import io
from itertools import islice
from typing import IO, Final

from knowledge.extraction import limits
from knowledge.extraction.blocks import Extraction
from knowledge.extraction.encodings import decode
from knowledge.extraction.problems import Refused
from knowledge.extraction.sheets import Row, add_sheet

SAMPLE: Final = 8192
DELIMITERS: Final = ";,\t|"


def parse(file: IO[bytes]) -> Extraction:
    """Read a CSV file whose first row names the columns."""
    text = decode(file.read())
    csv.field_size_limit(limits.MEGABYTE)
    try:
        rows = list(
            islice(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), limits.TABLE_ROWS + 1)
        )
    except csv.Error as error:
        raise Refused("corrupt") from error
    if len(rows) > limits.TABLE_ROWS or max(map(len, rows), default=0) > limits.TABLE_COLUMNS:
        raise Refused("too_long")
    if sum(map(len, rows)) > limits.TABLE_CELLS:
        raise Refused("too_long")
    extraction = Extraction()
    add_sheet(extraction, [Row(number, cells) for number, row in enumerate(rows) if (cells := _filled(row))])
    return extraction


def _filled(row: list[str]) -> dict[int, str]:
    return {column: text for column, text in enumerate(row) if text.strip()}


def _delimiter(text: str) -> str:
    """Return the sign that splits the first lines most evenly."""
    lines = [line for line in text[:SAMPLE].splitlines() if line.strip()][:10]
    counts = {sign: [line.count(sign) for line in lines] for sign in DELIMITERS}
    return max(DELIMITERS, key=lambda sign: (min(counts[sign], default=0), sum(counts[sign])))

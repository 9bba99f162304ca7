"""Comma-separated values: one table."""

import csv
import io
from itertools import islice
from typing import IO, Final

from knowledge.extraction import limits
from knowledge.extraction.blocks import Extraction
from knowledge.extraction.encodings import decode
from knowledge.extraction.problems import Refused

SAMPLE: Final = 8192
DELIMITERS: Final = ";,\t|"
MAX_ROWS: Final = 50_000


def parse(file: IO[bytes]) -> Extraction:
    """Read a CSV file whose first row names the columns."""
    text = decode(file.read())
    csv.field_size_limit(limits.MEGABYTE)
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), MAX_ROWS + 1))
    except csv.Error as error:
        raise Refused("corrupt") from error
    if len(rows) > MAX_ROWS or max(map(len, rows), default=0) > limits.TABLE_COLUMNS:
        raise Refused("too_long")
    extraction = Extraction()
    extraction.add_table(rows)
    return extraction


def _delimiter(text: str) -> str:
    """Return the sign that splits the first lines most evenly."""
    lines = [line for line in text[:SAMPLE].splitlines() if line.strip()][:10]
    counts = {sign: [line.count(sign) for line in lines] for sign in DELIMITERS}
    return max(DELIMITERS, key=lambda sign: (min(counts[sign], default=0), sum(counts[sign])))

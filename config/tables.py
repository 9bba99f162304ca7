"""Tables that leave as CSV for spreadsheets."""

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

from django.http import HttpResponse
from django.utils.formats import get_format

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK: Final = "\ufeff"  # without one Excel does not read a file as UTF-8


def harmless(text: str) -> str:
    """Return text that a spreadsheet shows and never computes."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def delimiter() -> str:
    """Return what stands between cells: a comma in the reader's numbers makes it a semicolon."""
    return ";" if get_format("DECIMAL_SEPARATOR") == "," else ","


def cell(value: Any) -> str:
    """Return a value as the reader writes it: nothing is empty, numbers have the reader's comma."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, float):
        return harmless(value) if isinstance(value, str) else str(value)
    return f"{value:.2f}".replace(".", str(get_format("DECIMAL_SEPARATOR")))


def csv_file(name: str, head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """Return a small table, which is built in memory, to be saved as ``name``."""
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, delimiter=delimiter(), lineterminator="\r\n")
    writer.writerow([str(title) for title in head])
    writer.writerows([cell(value) for value in row] for row in rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response

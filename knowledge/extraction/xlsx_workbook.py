"""Excel workbooks: what their visible sheets show, with sheet names and section rows as headings."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any, Final

from lxml import etree  # type: ignore[import-untyped]  # has no stubs
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.reader.excel import load_workbook
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import WorkSheetParser

from knowledge.extraction import limits
from knowledge.extraction.blocks import Extraction, Kind
from knowledge.extraction.containers import open_checked
from knowledge.extraction.problems import Refused
from knowledge.extraction.sheets import Row, add_sheet

WORKBOOK: Final = "xl/workbook.xml"
UNNAMED: Final = re.compile(r"^(?:лист|sheet|table|таблица|worksheet)\s*\d*$", re.IGNORECASE)
TRUE: Final = {"1", "true"}
BROKEN: Final = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    InvalidFileException,
    zipfile.BadZipFile,
    etree.XMLSyntaxError,
    SyntaxError,  # what ElementTree raises
)


def parse(file: IO[bytes]) -> Extraction:
    """Read an XLSX file after its container was checked; hidden sheets, rows and columns are left out."""
    with open_checked(file) as archive:
        if WORKBOOK not in archive.namelist():
            raise Refused("wrong_type")
    file.seek(0)
    try:
        workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        extraction = Extraction(title=(workbook.properties.title or "").strip())
        budget = _Budget()
        for sheet in workbook.worksheets:
            if sheet.sheet_state != "visible":
                continue
            rows = list(_rows(workbook, sheet, budget))  # type: ignore[arg-type]  # read-only sheets are another class
            if rows and not UNNAMED.match(sheet.title.strip()):
                extraction.add(Kind.HEADING, sheet.title, level=1)
            add_sheet(extraction, rows)
    except BROKEN as error:
        raise Refused("corrupt") from error
    return extraction


class _Budget:
    """How many rows and cells of the workbook may still be read."""

    def __init__(self) -> None:
        self.rows = limits.TABLE_ROWS
        self.cells = limits.TABLE_CELLS

    def spend(self, cells: int) -> None:
        self.rows -= 1
        self.cells -= cells
        if self.rows < 0 or self.cells < 0:
            raise Refused("too_long")


def _rows(workbook: Workbook, sheet: ReadOnlyWorksheet, budget: _Budget) -> Iterator[Row]:
    """Yield the rows of a sheet that hold something; formulas show the value that was last computed."""
    formats: dict[int, str] = {}
    with sheet._get_source() as source:  # noqa: SLF001 -- the public reader does not say what is hidden
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,  # noqa: SLF001 -- see above
            data_only=True,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,  # noqa: SLF001 -- see above
            timedelta_formats=workbook._timedelta_formats,  # noqa: SLF001 -- see above
        )
        hidden: set[int] | None = None
        for number, cells in parser.parse():
            hidden = _hidden_columns(parser) if hidden is None else hidden
            is_hidden = parser.row_dimensions.pop(str(number), {}).get("hidden", "").lower() in TRUE
            budget.spend(len(cells))
            shown: dict[int, str] = {}
            for cell in () if is_hidden else cells:
                if cell["value"] is not None and cell["column"] not in hidden:
                    shown[cell["column"]] = _text(sheet, cell, formats)
            if len(shown) > limits.TABLE_COLUMNS:
                raise Refused("too_long")
            if any(shown.values()):
                yield Row(number, {column: text for column, text in shown.items() if text})


def _hidden_columns(parser: WorkSheetParser) -> set[int]:
    """Return the hidden columns; Excel writes them before the first row."""
    hidden: set[int] = set()
    for letter, about in parser.column_dimensions.items():
        if about.get("hidden", "").lower() in TRUE:
            first = column_index_from_string(letter)
            hidden.update(range(first, min(int(about.get("max", first)), 16_384) + 1))
    return hidden


def _text(sheet: ReadOnlyWorksheet, cell: dict[str, Any], formats: dict[int, str]) -> str:
    value: object = cell["value"]
    if cell["data_type"] == "e":
        return ""  # #REF! says nothing
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, int | float):
        style = cell["style_id"]
        if style not in formats:
            formats[style] = str(ReadOnlyCell(sheet, **cell).number_format)
        return _number(value, formats[style])
    return _moment(value) if isinstance(value, date | time) else str(value)


def _moment(value: date | time) -> str:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    has_time = isinstance(value, datetime) and value.time() != time.min
    return value.strftime("%d.%m.%Y %H:%M" if has_time else "%d.%m.%Y")


def _number(value: float, number_format: str) -> str:
    if "%" in number_format:
        return f"{value * 100:.6g}%"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.10g}"  # noqa: PLR2004 -- floats are whole up to here

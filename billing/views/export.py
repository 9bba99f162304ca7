"""A statement as a file for a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from asgiref.sync import sync_to_async
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.formats import get_format
from django.utils.timezone import get_current_timezone, localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.styles.fonts import Font
from openpyxl.workbook.workbook import Workbook

from accounts.models import Tenant
from billing import reports
from billing.enums import TransactionType
from billing.errors import TooLongForWorkbook
from billing.forms import StatementForm
from billing.models import BalanceTransaction
from billing.ports import assistant_names, channel_label
from billing.views.requests import Request, shop_of
from config.tables import BYTE_ORDER_MARK, harmless

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS: Final = (20, 22, 14, 14, 14, 60, 38, 22, 16)
MOST_ROWS: Final = 50_000
SPOOLED: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the reader writes things; the stream outlives the request that knows it."""

    comma: str
    zone: tzinfo
    kinds: dict[str, str]
    assistants: dict[int, str]
    head: tuple[str, ...]

    def line(self, cells: Iterable[str]) -> bytes:
        """Return one line; a comma in numbers makes semicolons between cells."""
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=";" if self.comma == "," else ",", lineterminator="\r\n").writerow(cells)
        return buffer.getvalue().encode()

    def cells(self, entry: BalanceTransaction) -> tuple[datetime | str | Decimal, ...]:
        """Return what a row says of one entry; times without a zone, as spreadsheets have them."""
        return (
            localtime(entry.created_at, self.zone).replace(microsecond=0, tzinfo=None),
            self.kinds[entry.transaction_type],
            entry.amount,
            entry.balance_before,
            entry.balance_after,
            entry.description,
            str(entry.uuid),
            self.assistants.get(entry.assistant_id or 0, ""),
            channel_label(entry.channel),
        )

    def entry(self, entry: BalanceTransaction) -> bytes:
        """Return the line of one entry, all digits of its amounts in it."""
        return self.line(
            f"{cell.normalize():f}".replace(".", self.comma) if isinstance(cell, Decimal) else harmless(str(cell))
            for cell in self.cells(entry)
        )


@require_safe
def export(request: Request) -> HttpResponseBase:
    """Give the statement as CSV or as a workbook, in the reader's time zone and manner of writing numbers.

    Raises:
        TooLongForWorkbook: a workbook does not hold so many entries.
    """
    shop = shop_of(request)
    names = assistant_names(shop)
    wanted = StatementForm(request.GET, assistants=names).wanted()
    head = (_("Time"), _("Type"), _("Amount, ₽"), _("Before, ₽"), _("After, ₽"), _("Description"), _("Number"))
    manner = Manner(
        comma=str(get_format("DECIMAL_SEPARATOR")),
        zone=get_current_timezone(),
        kinds={kind.value: str(kind.label) for kind in TransactionType},
        assistants=names,
        head=(*head, _("Assistant"), _("Channel")),
    )
    response: StreamingHttpResponse | FileResponse
    if is_workbook := request.GET.get("format") == "xlsx":
        response = FileResponse(_workbook(shop, wanted, manner), content_type=WORKBOOK)
    else:
        response = StreamingHttpResponse(_lines(shop, wanted, manner), content_type="text/csv; charset=utf-8")
    name = f"otklik-balance-{now():%Y-%m-%d}.{'xlsx' if is_workbook else 'csv'}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _workbook(shop: Tenant, wanted: reports.Wanted, manner: Manner) -> IO[bytes]:
    """Return a workbook whose texts are texts, whatever they begin with."""
    if wanted.of(shop)[MOST_ROWS : MOST_ROWS + 1].exists():
        raise TooLongForWorkbook(limit=MOST_ROWS)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Statement"))
    sheet.freeze_panes = "A2"
    for column, width in zip("ABCDEFGHI", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.append(_cell(sheet, title, bold=True) for title in manner.head)
    before: int | None = None
    while entries := reports.pages_of(shop, wanted, before=before):
        for entry in entries:
            sheet.append(_cell(sheet, value) for value in manner.cells(entry))
        before = entries[-1].pk
    file = SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 -- the response closes it
    book.save(file)
    file.seek(0)
    return file


def _cell(sheet: Any, value: datetime | str | Decimal, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=value if not isinstance(value, str) else ILLEGAL_CHARACTERS_RE.sub("", value))
    if isinstance(value, str):
        cell.data_type = "s"
        cell.font = Font(bold=bold)
    else:
        cell.number_format = "#,##0.00####" if isinstance(value, Decimal) else "yyyy-mm-dd hh:mm:ss"
    return cell


async def _lines(shop: Tenant, wanted: reports.Wanted, manner: Manner) -> AsyncIterator[bytes]:
    """Yield the file a thousand lines at a time: memory does not grow with the ledger."""
    yield BYTE_ORDER_MARK.encode() + manner.line(manner.head)
    read: Any = sync_to_async(reports.pages_of)
    before: int | None = None
    while entries := await read(shop, wanted, before=before):
        yield b"".join(manner.entry(entry) for entry in entries)
        before = entries[-1].pk

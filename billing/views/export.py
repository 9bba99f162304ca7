"""A statement as a file for a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.utils.formats import get_format
from django.utils.timezone import get_current_timezone, localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Tenant
from billing import reports
from billing.enums import TransactionType
from billing.forms import StatementForm
from billing.models import BalanceTransaction
from billing.views.requests import Request, shop_of
from config.tables import BYTE_ORDER_MARK, harmless


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the reader writes things; the stream outlives the request that knows it."""

    comma: str
    zone: tzinfo
    kinds: dict[str, str]
    head: tuple[str, ...]

    def line(self, cells: Iterable[str]) -> bytes:
        """Return one line; a comma in numbers makes semicolons between cells."""
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=";" if self.comma == "," else ",", lineterminator="\r\n").writerow(cells)
        return buffer.getvalue().encode()

    def number(self, amount: Decimal) -> str:
        """Return an amount with all of its digits."""
        return f"{amount.normalize():f}".replace(".", self.comma)

    def moment(self, at: datetime) -> str:
        """Return a moment in the reader's time zone."""
        return f"{localtime(at, self.zone):%Y-%m-%d %H:%M:%S}"

    def entry(self, entry: BalanceTransaction) -> bytes:
        """Return the line of one entry."""
        return self.line(
            (
                self.moment(entry.created_at),
                self.kinds[entry.transaction_type],
                self.number(entry.amount),
                self.number(entry.balance_before),
                self.number(entry.balance_after),
                harmless(entry.description),
                str(entry.uuid),
            )
        )


@require_safe
def export(request: Request) -> StreamingHttpResponse:
    """Stream the statement as CSV, in the reader's time zone and manner of writing numbers."""
    manner = Manner(
        comma=str(get_format("DECIMAL_SEPARATOR")),
        zone=get_current_timezone(),
        kinds={kind.value: str(kind.label) for kind in TransactionType},
        head=(_("Time"), _("Type"), _("Amount, ₽"), _("Before, ₽"), _("After, ₽"), _("Description"), _("Number")),
    )
    lines = _lines(shop_of(request), StatementForm(request.GET).wanted(), manner)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="otklik-balance-{now():%Y-%m-%d}.csv"'
    response["Cache-Control"] = "no-store"
    return response


async def _lines(shop: Tenant, wanted: reports.Wanted, manner: Manner) -> AsyncIterator[bytes]:
    """Yield the file a thousand lines at a time: memory does not grow with the ledger."""
    yield BYTE_ORDER_MARK.encode() + manner.line(manner.head)
    read: Any = sync_to_async(reports.pages_of)
    before: int | None = None
    while entries := await read(shop, wanted, before=before):
        yield b"".join(manner.entry(entry) for entry in entries)
        before = entries[-1].pk

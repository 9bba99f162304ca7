"""What models did and cost."""

import csv
from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from assistants.door.ledger import roubles_per
from assistants.enums import Currency
from assistants.models import AiTokenUsage
from assistants.reports import PERIODS, usage_of

COLUMNS = (
    "created_at",
    "assistant__name",
    "provider",
    "model_used",
    "key_name",
    "request_type",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "is_estimated",
    "response_time",
    "first_token_time",
    "success",
    "error_code",
    "cost",
    "cost_currency",
    "fx_rate",
)
MAX_ROWS = 200_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@role_required(Role.USER)
def usage(request: Request) -> HttpResponse:
    """Show calls, tokens and cost by day, model and assistant."""
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted.isascii() and wanted.isdigit() and int(wanted) in PERIODS else PERIODS[1]
    report = usage_of(request.tenant, days=days, at=now())
    context = {
        "report": report,
        "days": days,
        "periods": PERIODS,
        "width": days * 10,
        "rate": roubles_per(Currency.USD),
    }
    return render(request, "assistants/usage.html", context)


@require_safe
@role_required(Role.USER)  # type: ignore[arg-type]  # a stream is a response as well
def export(request: Request) -> HttpResponseBase:
    """Give the calls as a table, newest first."""
    rows = AiTokenUsage.objects.of(request.tenant).order_by("-pk").values_list(*COLUMNS)[:MAX_ROWS]
    response = StreamingHttpResponse(_lines(rows.iterator(chunk_size=2_000)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="model-calls.csv"'
    return response


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + str(writer.writerow(COLUMNS))
    for row in rows:
        yield str(writer.writerow([_cell(value) for value in row]))


def _cell(value: object) -> object:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
